// SPDX-License-Identifier: MIT
// The table from C++, found by dlsym alone: signs on the token DEMO, and says why it cannot.
#define P11L_NO_DLFCN
#include <pkcs11-lens.h>

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <memory>
#include <stdexcept>

// Failures become exceptions with the text of the record.
static void check(CK_RV rv)
{
	if (rv != CKR_OK)
		throw std::runtime_error(p11l_error_text());
}

template <typename T, void (*destroy)(T *)> struct Free {
	void operator()(T *handle) const { destroy(handle); }
};
template <typename T, void (*destroy)(T *)> using Handle = std::unique_ptr<T, Free<T, destroy>>;
using Module = Handle<p11l_module, p11l_module_free>;
using Session = Handle<p11l_session, p11l_close>;
using Object = Handle<p11l_object, p11l_object_free>;

static void sign()
{
	p11l_module *module = nullptr;
	p11l_session *session = nullptr;
	p11l_object *public_key = nullptr, *private_key = nullptr;
	p11l_open_options options = {};
	unsigned char memory[512];
	p11l_buffer signature;

	check(p11l_load(std::getenv("PKCS11_MODULE"), &module));
	Module keep_module(module);
	options.size = sizeof(options);
	options.token = "DEMO";
	options.pin = "1234";
	check(p11l_open(module, &options, &session));
	Session keep_session(session);
	check(p11l_generate_keypair(session, CKK_RSA, 2048, nullptr, &public_key, &private_key));
	Object keep_public(public_key), keep_private(private_key);
	p11l_buffer_over(&signature, memory, sizeof(memory));
	check(p11l_sign(private_key, nullptr, "INPUT DATA", 10, &signature));
	check(p11l_verify(public_key, nullptr, "INPUT DATA", 10, signature.p, signature.len));
	std::printf("signature of %lu octets\n", signature.len);
}

int main()
{
	const char *path = std::getenv("PKCS11_LENS");
	void *lens = dlopen(path != nullptr ? path : "pkcs11-lens.so", RTLD_NOW);
	auto get = reinterpret_cast<p11l_get_function_list_type>(
	        lens != nullptr ? dlsym(lens, P11L_GETTER_NAME) : nullptr);
	const p11l_function_list *list = nullptr;

	if (get == nullptr || get(&list) != CKR_OK || p11l_use(list) != CKR_OK) {
		std::fprintf(stderr, "pkcs11-lens cannot be used\n");
		return 1;
	}
	try {
		sign();
	} catch (const std::exception &error) {
		std::fprintf(stderr, "%s\n", error.what());
		return 1;
	}
	return 0;
}
