/* SPDX-License-Identifier: MIT */
/* The system's log as a destination. The test is the daemon, on a socket of its own. */
#define _GNU_SOURCE
#include "harness.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static struct traced t;

static void start(const char *value)
{
	t = start_trace(value);
}

static void call(unsigned times)
{
	get_session_info(&t, times);
}
static int daemon_fd = -1;

static void start_daemon(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "log"};

	unlink("log");
	daemon_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(daemon_fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void stop_daemon(void)
{
	close(daemon_fd);
}

/* The next datagram; empty when there is none. */
static const char *datagram(void)
{
	static char buffer[70000];
	ssize_t n = recv(daemon_fd, buffer, sizeof(buffer) - 1, MSG_DONTWAIT);

	buffer[n < 0 ? 0 : n] = '\0';
	return buffer;
}

static void discard(void)
{
	while (datagram()[0] != '\0')
		continue;
}

/* "<14>Nov  3 16:27:46 pkcs11-lens[PID]: " and what comes then. */
static const char *message_of(const char *datagram)
{
	char month[4], clock[9];
	int day, pid, start = 0;

	assert_int_equal(sscanf(datagram, "<14>%3[A-Za-z] %d %8[0-9:] pkcs11-lens[%d]: %n", month,
	                         &day, clock, &pid, &start),
	        4);
	assert_true(start > 0 && day >= 1 && day <= 31);
	assert_int_equal(pid, getpid());
	assert_non_null(strstr("JanFebMarAprMayJunJulAugSepOctNovDec", month));
	assert_true(datagram[8] == ' ' || datagram[8] != '0');
	return datagram + start;
}

CASE(each_record_is_a_datagram)
{
	start_daemon();
	start("text:syslog:log");
	assert_memory_equal(message_of(datagram()), "# pkcs11-lens ", 14);
	discard();
	call(1);
	assert_non_null(strstr(message_of(datagram()), " C_GetSessionInfo(hSession=0x100, "));
	assert_string_equal(datagram(), "");
}

CASE(time_is_local)
{
	time_t now = time(NULL);
	struct tm local;
	char expected[32];

	setenv("TZ", "XYZ-05:30", 1);
	tzset();
	start_daemon();
	start("text:syslog:log");
	localtime_r(&now, &local);
	strftime(expected, sizeof(expected), "<14>%b %e %H:", &local);
	assert_memory_equal(datagram(), expected, strlen(expected));
}

CASE(record_that_is_too_long_is_cut)
{
	CK_ATTRIBUTE attribute[60];
	static char label[60][200];
	const char *text;

	start_daemon();
	start("text:syslog:log,bytes=1024");
	for (size_t i = 0; i < COUNT(attribute); i++) {
		memset(label[i], 'a', sizeof(label[i]));
		attribute[i] = (CK_ATTRIBUTE){CKA_LABEL, label[i], sizeof(label[i])};
	}
	discard();
	assert_int_equal(t.p11->C_FindObjectsInit(t.session, attribute, COUNT(attribute)), CKR_OK);
	text = datagram();
	assert_true(strlen(text) > 4000 && strlen(text) <= 8192);
	assert_non_null(strstr(message_of(text), "...) = CKR_OK "));
}

CASE(json_that_is_too_long_is_json_all_the_same)
{
	CK_ATTRIBUTE attribute[60];
	static char label[60][200];
	const char *text;

	start_daemon();
	start("json:syslog:log,bytes=1024");
	for (size_t i = 0; i < COUNT(attribute); i++) {
		memset(label[i], 'a', sizeof(label[i]));
		attribute[i] = (CK_ATTRIBUTE){CKA_LABEL, label[i], sizeof(label[i])};
	}
	discard();
	assert_int_equal(t.p11->C_FindObjectsInit(t.session, attribute, COUNT(attribute)), CKR_OK);
	text = datagram();
	assert_true(strlen(text) <= 8192);
	assert_memory_equal(message_of(text), "{\"v\":1,", 7);
	assert_memory_equal(text + strlen(text) - 12, ",\"cut\":true}", 12);
}

CASE(daemon_that_is_not_there)
{
	start("text:syslog:log");
	call(3);
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_string_equal(said(),
	        "pkcs11-lens: cannot write the trace to syslog:log: No such file or directory; "
	        "what is lost by that is counted\n"
	        "pkcs11-lens: 7 trace records were lost: syslog:log: No such file or directory\n");
}

CASE(daemon_that_is_started_later)
{
	start("text:syslog:log");
	call(3);
	start_daemon();
	sleep_ms(200);
	call(1);
	assert_memory_equal(message_of(datagram()), "# pkcs11-lens ", 14);
	assert_string_equal(message_of(datagram()), "# 6 records lost");
	assert_non_null(strstr(datagram(), "C_GetSessionInfo("));
}

CASE(daemon_that_is_started_anew)
{
	start_daemon();
	start("text:syslog:log");
	call(1);
	stop_daemon();
	start_daemon();
	call(1);
	assert_non_null(strstr(message_of(datagram()), "C_GetSessionInfo("));
	stop_daemon();
	call(2);
	start_daemon();
	sleep_ms(200);
	call(1);
	assert_string_equal(message_of(datagram()), "# 2 records lost");
	assert_non_null(strstr(datagram(), "C_GetSessionInfo("));
}

/* It costs some calls a moment, and not each of them. */
CASE(daemon_that_does_not_read)
{
	struct timespec begun, ended;

	start_daemon();
	start("text:syslog:log");
	clock_gettime(CLOCK_MONOTONIC, &begun);
	call(3000);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	assert_true(ended.tv_sec - begun.tv_sec < 3);
	assert_int_equal(t.p11->C_Finalize(NULL), CKR_OK);
	assert_non_null(strstr(said(), " trace records were lost: syslog:log: "));
}

CASE(path_that_is_too_long)
{
	char value[300];

	memset(value, 'x', sizeof(value));
	memcpy(value, "text:syslog:", 12);
	value[sizeof(value) - 1] = '\0';
	start(value);
	call(1);
	assert_non_null(strstr(said(), "File name too long"));
}

/* What belongs to the host stays as it was: its descriptors, and its use of syslog(3). */
CASE(descriptor_that_the_host_closes)
{
	start_daemon();
	start("text:syslog:log");
	discard();
	for (int fd = 3; fd < 1024; fd++)
		if (fd != daemon_fd)
			close(fd);
	call(1);
	assert_non_null(strstr(message_of(datagram()), "C_GetSessionInfo("));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_record_is_a_datagram),
	        cmocka_unit_test(time_is_local),
	        cmocka_unit_test(record_that_is_too_long_is_cut),
	        cmocka_unit_test(json_that_is_too_long_is_json_all_the_same),
	        cmocka_unit_test(daemon_that_is_not_there),
	        cmocka_unit_test(daemon_that_is_started_later),
	        cmocka_unit_test(daemon_that_is_started_anew),
	        cmocka_unit_test(daemon_that_does_not_read),
	        cmocka_unit_test(path_that_is_too_long),
	        cmocka_unit_test(descriptor_that_the_host_closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
