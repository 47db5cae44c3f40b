/* SPDX-License-Identifier: MIT */
/* Which calls are recorded: each filter with a count, and the switch for a running process. */
#define _GNU_SOURCE
#include "harness.h"

#include "logging/control.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static CK_FUNCTION_LIST_3_2 *p11;
static CK_SESSION_HANDLE first, second; /* sessions */

static void start(const char *personality, const char *options)
{
	struct traced t = start_traced(personality, options);

	p11 = t.p11;
	first = t.session;
	assert_int_equal(
	        p11->C_OpenSession(MOCK_SLOT, CKF_SERIAL_SESSION, NULL, NULL, &second), CKR_OK);
}

static void info(CK_SESSION_HANDLE session)
{
	CK_SESSION_INFO info;

	p11->C_GetSessionInfo(session, &info);
}

static void random_octets(CK_SESSION_HANDLE session)
{
	uint8_t octets[8];

	p11->C_GenerateRandom(session, octets, sizeof(octets));
}

/* Three calls: the one with the mechanism, and two that go on with it. */
static void encrypt(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	uint8_t in[16] = {0}, out[64];
	CK_ULONG length = sizeof(out);

	p11->C_EncryptInit(session, &mechanism, 7);
	p11->C_EncryptUpdate(session, in, sizeof(in), out, &length);
	length = sizeof(out);
	p11->C_EncryptFinal(session, out, &length);
}

static size_t calls(const char *function)
{
	return occurrences(trace(), function);
}

static size_t all_calls(void)
{
	return occurrences(trace(), " = CKR_");
}

CASE(functions_by_name)
{
	start("", ",functions=C_GetSessionInfo+C_GenerateRandom");
	info(first);
	random_octets(first);
	random_octets(first);
	encrypt(first, CKM_AES_ECB);
	assert_int_equal(calls("C_GetSessionInfo("), 1);
	assert_int_equal(calls("C_GenerateRandom("), 2);
	assert_int_equal(all_calls(), 3);
}

CASE(functions_by_group)
{
	start("", ",functions=encrypt+random");
	info(first);
	random_octets(first);
	encrypt(first, CKM_AES_ECB);
	assert_int_equal(all_calls(), 4);
}

CASE(all_functions_but_some)
{
	start("", ",except=session+random");
	info(first);
	random_octets(first);
	encrypt(first, CKM_AES_ECB);
	/* The getter and C_Initialize, and three calls to encrypt. */
	assert_int_equal(all_calls(), 5);
	assert_int_equal(calls("C_OpenSession("), 0);
}

/* Calls that go on with an operation do not name its mechanism. */
CASE(mechanisms)
{
	start("", ",mechanisms=CKM_AES_CBC+0x80000001");
	encrypt(first, CKM_AES_ECB);
	encrypt(first, CKM_AES_CBC);
	encrypt(second, 0x80000001);
	encrypt(second, CKM_AES_GCM);
	random_octets(first);
	assert_int_equal(all_calls(), 6);
	assert_int_equal(calls("CKM_AES_ECB"), 0);
	assert_int_equal(calls("C_EncryptUpdate("), 2);
	assert_int_equal(calls("C_EncryptFinal("), 2);
}

CASE(mechanisms_of_sessions_side_by_side)
{
	CK_MECHANISM ecb = {CKM_AES_ECB, NULL, 0}, cbc = {CKM_AES_CBC, NULL, 0};
	uint8_t in[16] = {0}, out[64];
	CK_ULONG length = sizeof(out);

	start("", ",mechanisms=CKM_AES_CBC");
	p11->C_EncryptInit(first, &ecb, 7);
	p11->C_EncryptInit(second, &cbc, 7);
	p11->C_EncryptUpdate(first, in, sizeof(in), out, &length);
	p11->C_EncryptUpdate(second, in, sizeof(in), out, &length);
	assert_int_equal(all_calls(), 2);
	assert_int_equal(calls("hSession=0x100"), 0);
}

CASE(slots)
{
	CK_SLOT_INFO slot;

	start("", ",slots=0x11");
	info(first);
	p11->C_GetSlotInfo(MOCK_SLOT, &slot);
	p11->C_GetSlotInfo(5, &slot);
	/* Two sessions were opened on it. */
	assert_int_equal(all_calls(), 4);
}

CASE(other_slots)
{
	start("", ",slots=5+6");
	info(first);
	assert_int_equal(all_calls(), 0);
}

CASE(sessions)
{
	start("", ",sessions=0x101");
	info(first);
	info(second);
	random_octets(second);
	assert_int_equal(all_calls(), 2);
	assert_int_equal(calls("hSession=0x101"), 2);
}

CASE(failures)
{
	start("return C_GenerateRandom CKR_DEVICE_ERROR\n", ",only=failures");
	info(first);
	random_octets(first);
	random_octets(first);
	assert_int_equal(all_calls(), 2);
	assert_int_equal(calls("C_GenerateRandom("), 2);
}

CASE(slower_ones)
{
	start("sleep C_GenerateRandom 3ms\n", ",slower=2ms");
	for (int i = 0; i < 20; i++)
		info(first);
	random_octets(first);
	assert_int_equal(calls("C_GenerateRandom("), 1);
	/* On a machine that is busy another one may be as slow. */
	assert_true(all_calls() <= 4);
}

CASE(samples)
{
	start("", ",sample=10");
	for (int i = 0; i < 200; i++)
		info(first);
	assert_true(all_calls() == 20 || all_calls() == 21);
}

CASE(filters_together)
{
	start("return C_EncryptFinal CKR_DEVICE_ERROR\n",
	        ",functions=encrypt,mechanisms=CKM_AES_CBC,sessions=0x100,only=failures");
	encrypt(first, CKM_AES_CBC);
	encrypt(first, CKM_AES_ECB);
	encrypt(second, CKM_AES_CBC);
	assert_int_equal(all_calls(), 1);
	assert_int_equal(calls("C_EncryptFinal(hSession=0x100"), 1);
}

/* What is not recorded is counted all the same. */
CASE(statistics_do_not_care)
{
	start("", ",functions=C_Finalize,stats=yes");
	for (int i = 0; i < 7; i++)
		info(first);
	p11->C_Finalize(NULL);
	assert_int_equal(calls("C_GetSessionInfo("), 0);
	assert_int_equal(strtoul(strstr(trace(), "\nC_GetSessionInfo ") + 18, NULL, 10), 7);
}

/* The switch. The test is the process on the other side. */

static struct p11l_control *open_switch(void)
{
	struct p11l_control *control;
	int fd = open("switch", O_RDWR);

	assert_true(fd >= 0);
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(control != MAP_FAILED);
	close(fd);
	return control;
}

static void set_switch(struct p11l_control *control, const char *text)
{
	atomic_fetch_or(&control->generation, 1);
	snprintf(control->text, sizeof(control->text), "%s", text);
	atomic_fetch_add(&control->generation, 1);
}

CASE(recording_is_turned_off_and_on)
{
	struct p11l_control *control;

	start("", ",control=switch");
	control = open_switch();
	assert_memory_equal(control->magic, P11L_CONTROL_MAGIC, 8);
	assert_int_equal(control->pid, getpid());
	info(first);
	set_switch(control, "off");
	info(first);
	info(first);
	set_switch(control, "on");
	info(first);
	assert_int_equal(calls("C_GetSessionInfo("), 2);
}

CASE(recording_that_is_off_at_first)
{
	struct p11l_control *control;

	start("", ",control=switch,active=no");
	control = open_switch();
	info(first);
	assert_int_equal(all_calls(), 0);
	set_switch(control, "on");
	info(first);
	assert_int_equal(all_calls(), 1);
}

CASE(another_filter)
{
	struct p11l_control *control;

	start("", ",control=switch,active=no");
	control = open_switch();
	set_switch(control, "on,functions=random,sessions=0x101");
	info(first);
	random_octets(first);
	random_octets(second);
	assert_int_equal(all_calls(), 1);
	/* Each setting begins with what was configured. */
	set_switch(control, "on");
	info(first);
	assert_int_equal(all_calls(), 2);
}

CASE(setting_that_is_wrong_changes_nothing)
{
	struct p11l_control *control;

	start("", ",control=switch,functions=random");
	control = open_switch();
	set_switch(control, "on,functions=nonsense");
	info(first);
	random_octets(first);
	assert_int_equal(all_calls(), 1);
	assert_non_null(strstr(said(), "trace.functions cannot be \"nonsense\""));
	set_switch(control, "perhaps");
	random_octets(first);
	assert_int_equal(all_calls(), 2);
	assert_non_null(strstr(said(), "\"perhaps\" is neither on nor off"));
}

/* Half of a text is never taken for the whole. */
CASE(setting_that_is_being_written)
{
	struct p11l_control *control;

	start("", ",control=switch");
	control = open_switch();
	atomic_fetch_or(&control->generation, 1);
	strcpy(control->text, "off,func");
	info(first);
	assert_int_equal(calls("C_GetSessionInfo("), 1);
	strcpy(control->text, "off");
	atomic_fetch_add(&control->generation, 1);
	info(first);
	assert_int_equal(calls("C_GetSessionInfo("), 1);
}

CASE(switch_is_for_its_owner_only)
{
	struct stat st;

	umask(0);
	start("", ",control=switch");
	assert_int_equal(stat("switch", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(functions_by_name),
	        cmocka_unit_test(functions_by_group),
	        cmocka_unit_test(all_functions_but_some),
	        cmocka_unit_test(mechanisms),
	        cmocka_unit_test(mechanisms_of_sessions_side_by_side),
	        cmocka_unit_test(slots),
	        cmocka_unit_test(other_slots),
	        cmocka_unit_test(sessions),
	        cmocka_unit_test(failures),
	        cmocka_unit_test(slower_ones),
	        cmocka_unit_test(samples),
	        cmocka_unit_test(filters_together),
	        cmocka_unit_test(statistics_do_not_care),
	        cmocka_unit_test(recording_is_turned_off_and_on),
	        cmocka_unit_test(recording_that_is_off_at_first),
	        cmocka_unit_test(another_filter),
	        cmocka_unit_test(setting_that_is_wrong_changes_nothing),
	        cmocka_unit_test(setting_that_is_being_written),
	        cmocka_unit_test(switch_is_for_its_owner_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
