// SPDX-License-Identifier: MIT
import java.security.*;
import java.util.*;
import java.util.concurrent.*;

/** Signs with keys of the token in several threads. usage: Threads PROVIDER-FILE PIN ALIAS... */
public class Threads {
	static final int THREADS = 8, ROUNDS = 25;

	public static void main(String[] args) throws Exception {
		Provider provider = Security.getProvider("SunPKCS11").configure(args[0]);
		KeyStore store = KeyStore.getInstance("PKCS11", provider);
		store.load(null, args[1].toCharArray());
		for (String alias : Arrays.asList(args).subList(2, args.length))
			System.out.println(alias + ": " + inParallel(provider, store, alias) + " signatures are right");
	}

	static int inParallel(Provider provider, KeyStore store, String alias) throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(THREADS);
		List<Future<Integer>> all = new ArrayList<>();
		for (int i = 0; i < THREADS; i++)
			all.add(pool.submit(() -> rounds(provider, store, alias)));
		int right = 0;
		for (Future<Integer> each : all)
			right += each.get();
		pool.shutdown();
		return right;
	}

	static int rounds(Provider provider, KeyStore store, String alias) throws Exception {
		PrivateKey key = (PrivateKey) store.getKey(alias, null);
		PublicKey known = store.getCertificate(alias).getPublicKey();
		String how = "SHA256with" + (key.getAlgorithm().equals("EC") ? "ECDSA" : key.getAlgorithm());
		int right = 0;
		for (int i = 0; i < ROUNDS; i++) {
			byte[] text = (alias + i + Thread.currentThread().getName()).getBytes();
			Signature sign = Signature.getInstance(how, provider);
			sign.initSign(key);
			sign.update(text);
			byte[] signature = sign.sign();
			Signature verify = Signature.getInstance(how);
			verify.initVerify(known);
			verify.update(text);
			right += verify.verify(signature) ? 1 : 0;
		}
		return right;
	}
}
