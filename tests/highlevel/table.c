/* SPDX-License-Identifier: MIT */
/* How programs get the table: by dlsym, and as an interface of version 3.0. */
#include "highlevel.h"

#include <dlfcn.h>

static void *symbol(const char *name)
{
	void *lens = dlopen(getenv("LENS"), RTLD_NOW);

	assert_non_null(lens);
	return dlsym(lens, name);
}

static CK_C_GetInterface interface_getter(void)
{
	CK_C_GetInterface get;
	void *address = symbol("C_GetInterface");

	memcpy(&get, &address, sizeof(get));
	assert_non_null(get);
	return get;
}

CASE(getter)
{
	p11l_get_function_list_type get;
	const struct p11l_function_list *list = NULL;
	void *address;

	prepare(NULL);
	address = symbol(P11L_GETTER_NAME);
	memcpy(&get, &address, sizeof(get));
	FAILS(CKR_ARGUMENTS_BAD, get(NULL));
	OK(get(&list));
	assert_int_equal(list->version.major, P11L_API_MAJOR);
	assert_int_equal(list->version.minor, P11L_API_MINOR);
	assert_int_equal(list->size, sizeof(*list));
	/* None is missing. */
	for (void *const *at = (void *const *)(const void *)&list->last_error;
	        (const char *)at < (const char *)list + list->size; at++)
		assert_non_null(*at);
	OK(p11l_use(list));
}

CASE(other_tables)
{
	struct p11l_function_list other;

	prepare(NULL);
	other = *p11l_table;
	FAILS(CKR_ARGUMENTS_BAD, p11l_use(NULL));
	other.size -= sizeof(void *);
	FAILS(CKR_FUNCTION_NOT_SUPPORTED, p11l_use(&other));
	other = *p11l_table;
	other.version.major++;
	FAILS(CKR_FUNCTION_NOT_SUPPORTED, p11l_use(&other));
}

CASE(interface)
{
	CK_UTF8CHAR name[] = P11L_INTERFACE_NAME, unknown[] = "Vendor pkcs11-lenses";
	CK_VERSION version = {P11L_API_MAJOR, P11L_API_MINOR}, later = {P11L_API_MAJOR + 1, 0};
	CK_INTERFACE_PTR found = NULL;
	CK_C_GetInterface get;

	prepare(NULL);
	get = interface_getter();
	OK(get(name, NULL, &found, 0));
	assert_string_equal((const char *)found->pInterfaceName, P11L_INTERFACE_NAME);
	assert_ptr_equal(found->pFunctionList, p11l_table);
	OK(get(name, &version, &found, 0));
	FAILS(CKR_ARGUMENTS_BAD, get(name, &later, &found, 0));
	FAILS(CKR_ARGUMENTS_BAD, get(name, NULL, &found, CKF_INTERFACE_FORK_SAFE));
	assert_int_not_equal(get(unknown, NULL, &found, 0), CKR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(getter),
	        cmocka_unit_test(other_tables),
	        cmocka_unit_test(interface),
	};

	return cmocka_run_group_tests_name("highlevel/table", tests, NULL, NULL);
}
