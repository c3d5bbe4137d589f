import { CompactEncrypt, importJWK, type JWK } from 'jose'

/** What a key of the training service is; the JSON of a file in the job's `credentials.dir`. */
export interface TrainerCredentials {
  /** At an origin that the job allows. */
  url: string
  apikey: string
  /** How the key is shown; exchanged for a token at IAM unless told. */
  auth?: 'iam' | 'basic' | 'api_key'
  /** What request they are for, by its ids; others are refused. Any, unless told. */
  for?: { projectId?: string; requestId?: string }
}

/**
 * Encrypts credentials for a request: `{ name: 'class-7', jwe: await encryptCredentials(…) }` among
 * `deliverTo.watson.credentials`. They can be made once and kept, or made anew for each request.
 *
 * @param jwk a public key of the job's, as its operator gives it away
 */
export async function encryptCredentials(credentials: TrainerCredentials, jwk: JWK): Promise<string> {
  if ('d' in jwk) {
    throw new TypeError('This is a private key: ask the operator for the public one, and for a new pair')
  }
  if (!jwk.kid) {
    throw new TypeError('The key has no kid, by which the job would find it')
  }
  const alg = jwk.kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES'
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(credentials)))
    .setProtectedHeader({ alg, enc: 'A256GCM', kid: jwk.kid })
    .encrypt(await importJWK(jwk, alg))
}
