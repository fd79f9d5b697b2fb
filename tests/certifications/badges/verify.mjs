/* Verify badges with other people's programs. Standard input: {jwks, didDocument, contexts, tokens, documents, words},
   each vector with its own jwks or didDocument if it needs one. Standard output: for each name, what was verified, or why it was not. */

import { readFileSync } from "node:fs";
import { createLocalJWKSet, jwtVerify } from "jose";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { createVerifyCryptosuite } from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import jsonld from "jsonld";
import jsigs from "jsonld-signatures";

const input = JSON.parse(readFileSync(0, "utf8"));
const { AssertionProofPurpose } = jsigs.purposes;

async function verifyToken({ token, jwks = input.jwks }) {
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), {
    algorithms: ["EdDSA"],
    issuer: input.didDocument.id,
  });
  return payload.name ?? payload.type.at(-1);
}

function loader(didDocument) {
  // Offline, and no context: eddsa-jcs-2022 reads none.
  return async (url) => {
    const found =
      url === didDocument.id
        ? didDocument
        : didDocument.verificationMethod.find(({ id, type }) => id === url && type === "Multikey");
    if (!found) throw new Error(`Nothing at ${url}`);
    return { contextUrl: null, documentUrl: url, document: found };
  };
}

async function verifyDocument({ document, didDocument = input.didDocument }) {
  const result = await jsigs.verify(structuredClone(document), {
    suite: new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() }),
    purpose: new AssertionProofPurpose(),
    documentLoader: loader(didDocument),
  });
  if (!result.verified) throw result.error.errors?.[0] ?? result.error;
  return document.name;
}

async function expand({ document }) {
  // In safe mode, a word that no context defines is an error (VC Data Model 2.0 §5.2).
  const documentLoader = async (url) => ({ contextUrl: null, documentUrl: url, document: input.contexts[url] });
  const [expanded] = await jsonld.expand(document, { documentLoader, safe: true });
  return expanded["@type"].at(-1).split("#").at(-1);
}

async function all(vectors, verify) {
  const entries = Object.entries(vectors).map(async ([name, vector]) => [
    name,
    await verify(vector).then(
      (said) => ({ accepted: true, said }),
      (error) => ({ accepted: false, said: String(error.message) }),
    ),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

process.stdout.write(
  JSON.stringify({
    tokens: await all(input.tokens, verifyToken),
    documents: await all(input.documents, verifyDocument),
    words: await all(input.words, expand),
  }),
);
