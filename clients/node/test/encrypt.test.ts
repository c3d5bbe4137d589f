import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compactDecrypt, exportJWK, generateKeyPair, importJWK } from 'jose'
import { encryptCredentials } from 'satchel-client'

const credentials = { url: 'https://watson.example', apikey: 'k7', for: { projectId: 'pets-42' } }

for (const alg of ['ECDH-ES', 'RSA-OAEP-256']) {
  test(`what is encrypted by ${alg} is opened with the private key of its kid`, async () => {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })

    const jwe = await encryptCredentials(credentials, { ...(await exportJWK(publicKey)), kid: '2026-1' })

    const opened = await compactDecrypt(jwe, await importJWK(await exportJWK(privateKey), alg))
    assert.deepEqual(JSON.parse(new TextDecoder().decode(opened.plaintext)), credentials)
    const { epk: _, ...header } = opened.protectedHeader
    assert.deepEqual(header, { alg, enc: 'A256GCM', kid: '2026-1' })
  })
}

test('a private key and a key without a kid are refused', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { extractable: true })

  await assert.rejects(encryptCredentials(credentials, { ...(await exportJWK(privateKey)), kid: '1' }), /private key/)
  await assert.rejects(encryptCredentials(credentials, await exportJWK(publicKey)), /has no kid/)
})
