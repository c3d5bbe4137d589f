import zlib from 'node:zlib'
import { compressionsAlgorithms } from '@platformatic/kafka'
import { decompress } from 'fzstd'

// Satchel writes events compressed with zstd, which Node.js reads by itself only since 22.15.
if (!('zstdDecompressSync' in zlib)) {
  Object.assign(compressionsAlgorithms.zstd, {
    decompressSync: (data: Buffer | { buffer: Buffer }) =>
      Buffer.from(decompress(Buffer.isBuffer(data) ? data : data.buffer))
  })
}
