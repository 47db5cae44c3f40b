/* SPDX-License-Identifier: MIT */
#include "format.h"

#include "render_json.h"
#include "render_text.h"
#include "render_xml.h"
#include "shim/config.h"

static size_t put_count(
        const char *before, uint64_t count, const char *behind, char *buffer, size_t size)
{
	struct p11l_text t = {.at = buffer, .end = buffer + size};

	p11l_text_put(&t, before);
	p11l_text_decimal(&t, count);
	p11l_text_put(&t, behind);
	return (size_t)(t.at - buffer);
}

static size_t text_lost(uint64_t count, char *buffer, size_t size)
{
	return put_count("# ", count, " records lost\n", buffer, size);
}

static size_t json_lost(uint64_t count, char *buffer, size_t size)
{
	return put_count("{\"v\":1,\"type\":\"lost\",\"count\":", count, "}\n", buffer, size);
}

static size_t xml_lost(uint64_t count, char *buffer, size_t size)
{
	return put_count("  <!-- ", count, " records lost -->\n", buffer, size);
}

const struct p11l_format p11l_formats[P11L_TRACE_FORMATS] = {
        [P11L_TRACE_TEXT] = {p11l_text_head, p11l_render_text, NULL, text_lost,
                p11l_stats_report_text},
        [P11L_TRACE_JSON] = {p11l_json_head, p11l_render_json, NULL, json_lost,
                p11l_stats_report_json},
        [P11L_TRACE_XML] = {p11l_xml_head, p11l_render_xml, p11l_xml_tail, xml_lost,
                p11l_xml_stats},
};
