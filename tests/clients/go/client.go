// SPDX-License-Identifier: MIT

// usage: client MODULE PIN TEXT SIGNATURE
package main

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"sync"

	"github.com/ThalesIgnite/crypto11"
	"github.com/miekg/pkcs11"
)

const workers, rounds = 8, 20

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// The slot that has the token, and its key.
func find(p *pkcs11.Ctx, slot uint, pin, label string) (pkcs11.SessionHandle, pkcs11.ObjectHandle) {
	session, err := p.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	must(err)
	if err = p.Login(session, pkcs11.CKU_USER, pin); err != pkcs11.Error(pkcs11.CKR_USER_ALREADY_LOGGED_IN) {
		must(err)
	}
	must(p.FindObjectsInit(session, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY),
		pkcs11.NewAttribute(pkcs11.CKA_LABEL, label)}))
	keys, _, err := p.FindObjects(session, 1)
	must(err)
	must(p.FindObjectsFinal(session))
	return session, keys[0]
}

// Sessions of their own sign at the same time.
func inParallel(p *pkcs11.Ctx, slot uint, pin string, text []byte) {
	var all sync.WaitGroup
	hold, _ := find(p, slot, pin, "rsa1")
	for i := 0; i < workers; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			session, key := find(p, slot, pin, "rsa1")
			for j := 0; j < rounds; j++ {
				must(p.SignInit(session, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_SHA256_RSA_PKCS, nil)}, key))
				_, err := p.Sign(session, text)
				must(err)
			}
			must(p.CloseSession(session))
		}()
	}
	all.Wait()
	must(p.CloseSession(hold))
}

func low(module, pin string, text []byte) {
	p := pkcs11.New(module)
	must(p.Initialize())
	fmt.Println("second C_Initialize:", p.Initialize())
	slots, err := p.GetSlotList(true)
	must(err)
	info, err := p.GetTokenInfo(slots[0])
	must(err)
	fmt.Println("token", info.Label)
	inParallel(p, slots[0], pin, text)
	fmt.Println(workers*rounds, "signatures")
	must(p.Finalize())
	p.Destroy()
}

func high(module, pin string, text []byte, signature string) {
	context, err := crypto11.Configure(&crypto11.Config{Path: module, TokenLabel: "rt", Pin: pin})
	must(err)
	key, err := context.FindKeyPair(nil, []byte("ec1"))
	must(err)
	digest := sha256.Sum256(text)
	octets, err := key.Sign(rand.Reader, digest[:], crypto.SHA256)
	must(err)
	must(os.WriteFile(signature, octets, 0o600))
	must(context.Close())
}

func main() {
	text, err := os.ReadFile(os.Args[3])
	must(err)
	low(os.Args[1], os.Args[2], text)
	high(os.Args[1], os.Args[2], text, os.Args[4])
}
