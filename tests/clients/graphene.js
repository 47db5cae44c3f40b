// SPDX-License-Identifier: MIT
// usage: graphene.js MODULE PIN
"use strict";
const graphene = require("graphene-pk11");

const [path, pin] = process.argv.slice(2);
const module_ = graphene.Module.load(path, "module");
module_.initialize();
const slot = module_.getSlots(0, true);
console.log(slot.getToken().label.trim(), slot.getMechanisms().length, "mechanisms");

const session = slot.open(graphene.SessionFlag.SERIAL_SESSION | graphene.SessionFlag.RW_SESSION);
session.login(pin);
for (let i = 0, found = session.find({ label: "ec1" }); i < found.length; i++)
	console.log(graphene.ObjectClass[found.items(i).class]);
const keys = session.generateKeyPair(graphene.KeyGenMechanism.RSA,
	{ keyType: graphene.KeyType.RSA, modulusBits: 2048, publicExponent: Buffer.from([1, 0, 1]), verify: true },
	{ keyType: graphene.KeyType.RSA, sign: true });
const sign = session.createSign("SHA256_RSA_PKCS", keys.privateKey);
sign.update("meet me ");
sign.update("at noon");
const signature = sign.final();
const verify = session.createVerify("SHA256_RSA_PKCS", keys.publicKey);
verify.update("meet me at noon");
console.log("verified", verify.final(signature));
session.logout();
session.close();
module_.finalize();
