// What Satchel takes work over from: a web site that trains in its own process. A press of Train is
// a POST of the request to /train, which answers when the classifier is created. For each label, two
// images at a time: a request for the header of the image, which tells its type, then the image;
// sharp makes it 224 x 224 and writes a file; the files are zipped at level 9; the zips of all labels
// go to the trainer in one multipart upload. Labels and pupils are served side by side, without a
// limit, as the site did.
//
//   node site.mjs --port PORT --trainer URL --credentials FILE.json --directory DIR
//
// It prints "ready" and ends with its standard input. Certificates are verified, an authority of
// one's own is named in NODE_EXTRA_CA_CERTS. What the site did, and this does not: it asked for each
// image on a connection of its own, and never verified a certificate.

import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { json, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ZipArchive } from "archiver";
import FormData from "form-data";
import probe from "probe-image-size";
import sharp from "sharp";
import { Agent, request, setGlobalDispatcher } from "undici";

const IMAGES_AT_ONCE = 2; // of a label
const HEADER_BYTES = 16 * 1024;
const MAX_IMAGE_BYTES = 52_428_800;
const MAX_ZIP_BYTES = 100_000_000;
const UPLOAD_ATTEMPTS = 5;
const VERSION = "2018-03-19";
const HEADERS = {
  "user-agent": "machinelearningforkids.co.uk",
  accept: "image/png,image/jpeg,image/*,*/*",
  "accept-language": "*",
};

const { values: options } = parseArgs({
  options: {
    port: { type: "string" },
    trainer: { type: "string" },
    credentials: { type: "string" },
    directory: { type: "string" },
  },
});

// As the site had them; libuv's pool has its four threads.
sharp.cache(false);
sharp.concurrency(1);
setGlobalDispatcher(
  new Agent({ headersTimeout: 20_000, bodyTimeout: 20_000, keepAliveTimeout: 15_000 }),
);

/** Asks for an image or a part of it; the body of an answer that is none is not read. */
async function get(url, headers) {
  const answer = await request(url, { headers: { ...HEADERS, ...headers } });
  if (answer.statusCode >= 400) {
    await answer.body.dump();
    throw new Error(`Unable to download image from ${new URL(url).hostname}: ${answer.statusCode}`);
  }
  if (Number(answer.headers["content-length"] ?? 0) > MAX_IMAGE_BYTES) {
    answer.body.destroy();
    throw new Error("Image size exceeds maximum limit");
  }
  return answer;
}

/** The type of an image, by its first bytes; undefined if they do not tell. */
async function typeOf(url) {
  const answer = await get(url, { range: `bytes=0-${HEADER_BYTES - 1}` });
  const chunks = [];
  let length = 0;
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= HEADER_BYTES) break; // of a server that sends all of it
  }
  return probe.sync(Buffer.concat(chunks))?.type;
}

/** Downloads and resizes an image into a file, whose name it gives. */
async function resize({ imageid, url }, directory) {
  const format = (await typeOf(url)) === "jpg" ? "jpeg" : "png";
  const answer = await get(url);
  const content = Buffer.from(await answer.body.arrayBuffer());
  const file = join(directory, `${imageid}.${format === "jpeg" ? "jpg" : "png"}`);
  await sharp(content).resize(224, 224, { fit: "fill" }).toFormat(format).toFile(file);
  return file;
}

/** As async.mapLimit does: each of the workers takes the next one. */
async function mapLimit(items, limit, action) {
  const results = new Array(items.length);
  let next = 0;
  const work = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await action(items[index]);
    }
  };
  await Promise.all(Array.from({ length: limit }, work));
  return results;
}

/** Downloads the images of a label into a zip, whose name it gives. */
async function pack(name, images, directory) {
  const folder = join(directory, name);
  await mkdir(folder);
  const files = await mapLimit(images, IMAGES_AT_ONCE, (image) => resize(image, folder));
  const zip = join(directory, `${name}.zip`);
  const archive = new ZipArchive({ zlib: { level: 9 } });
  for (const file of files) archive.file(file, { name: file.slice(folder.length + 1) });
  const written = pipeline(archive, createWriteStream(zip));
  await archive.finalize();
  await written;
  if (archive.pointer() > MAX_ZIP_BYTES) {
    throw new Error("Training data exceeds maximum limit (100 mb)");
  }
  await rm(folder, { recursive: true });
  return zip;
}

const { apikey } = JSON.parse(await readFile(options.credentials, "utf8"));
let token;

/** A token for the key, kept to 80 % of its life. */
function bearer() {
  token ??= fetchToken().catch((failure) => {
    token = undefined;
    throw failure;
  });
  return token;
}

async function fetchToken() {
  const answer = await request(`${options.trainer}/identity/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams({
      grant_type: "urn:ibm:params:oauth:grant-type:apikey",
      apikey,
    }).toString(),
  });
  if (answer.statusCode !== 200) throw new Error(`No token: ${await answer.body.text()}`);
  const { access_token: value, expires_in: seconds } = await answer.body.json();
  setTimeout(() => (token = undefined), seconds * 800).unref();
  return value;
}

/** Creates a classifier from the zips of all labels. */
async function upload(name, zips) {
  for (let attempt = 1; ; attempt++) {
    const form = new FormData();
    form.append("name", name);
    for (const [label, zip] of zips) {
      form.append(`${label}_positive_examples`, createReadStream(zip), {
        filename: `${label}.zip`,
        contentType: "application/octet-stream",
      });
    }
    const length = await new Promise((resolve, reject) =>
      form.getLength((failure, bytes) => (failure ? reject(failure) : resolve(bytes))),
    );
    const answer = await request(`${options.trainer}/v3/classifiers?version=${VERSION}`, {
      method: "POST",
      headers: {
        ...form.getHeaders({
          authorization: `Bearer ${await bearer()}`,
          "x-watson-learning-opt-out": "true",
        }),
        "content-length": String(length),
      },
      body: form.pipe(new PassThrough()),
      headersTimeout: 120_000,
    });
    const body = await text(answer.body);
    if (answer.statusCode === 200) return JSON.parse(body);
    // More than 30 calls at once with a key are too many for the service.
    if (answer.statusCode !== 429 || attempt === UPLOAD_ATTEMPTS) {
      throw new Error(`The trainer answered ${answer.statusCode}: ${body}`);
    }
    await delay(1000 * Number(answer.headers["retry-after"] ?? attempt));
  }
}

/** What a press of Train does. */
async function train({ requestId, projectId, labels }) {
  const directory = await mkdtemp(join(options.directory, "train-"));
  try {
    const zips = await Promise.all(
      Object.entries(labels).map(async ([label, images]) => {
        const name = label.replace(/[^\w.]/g, "_");
        return [name, await pack(name, images, directory)];
      }),
    );
    return await upload(`${projectId}_${requestId}`, zips);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const server = createServer(async (incoming, outgoing) => {
  let status = 200;
  let answer;
  try {
    answer = await train(await json(incoming));
  } catch (failure) {
    status = 500;
    answer = { error: [failure.message, failure.cause?.message].filter(Boolean).join(": ") };
  }
  outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
});
server.requestTimeout = 0;
server.listen(Number(options.port), "127.0.0.1", () => console.log("ready"));
process.stdin.resume().on("close", () => process.exit());
