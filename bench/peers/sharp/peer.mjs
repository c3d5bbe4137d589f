// Resizes the pictures of a directory with sharp and prints, as JSON, the CPU time a picture took
// in each class (the file name up to "_"), user and system of the whole process. Its results are
// left in a directory for comparison.
//
//   node peer.mjs PICTURES RESULTS SECONDS WIDTH HEIGHT JPEG_QUALITY

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";

const [pictures, results] = process.argv.slice(2, 4);
const [seconds, width, height, quality] = process.argv.slice(4).map(Number);

sharp.concurrency(1);
sharp.cache(false);

const encoders = {
  png: (picture) => picture.png(),
  jpeg: (picture) => picture.flatten({ background: "white" }).jpeg({ quality }),
};

const resize = (content, format) =>
  encoders[format](sharp(content).autoOrient().resize(width, height, { fit: "fill" })).toBuffer();

const classes = new Map();
for (const name of (await readdir(pictures)).sort()) {
  const content = await readFile(join(pictures, name));
  const pictureClass = name.split("_")[0];
  classes.set(pictureClass, [...(classes.get(pictureClass) ?? []), { name, content }]);
}

await mkdir(results, { recursive: true });
const measurements = [];
for (const [pictureClass, members] of classes) {
  for (const format of Object.keys(encoders)) {
    const pass = async () => {
      for (const { content } of members) await resize(content, format);
    };
    for (const { name, content } of members) {
      await writeFile(join(results, `${name}.${format}`), await resize(content, format));
    }
    await pass();
    const start = process.cpuUsage();
    const end = performance.now() + seconds * 1000;
    let passes = 0;
    do {
      await pass();
      passes++;
    } while (performance.now() < end);
    const { user, system } = process.cpuUsage(start);
    measurements.push({
      pictureClass,
      format,
      pictures: members.length,
      cpuMillis: (user + system) / 1000 / (passes * members.length),
    });
  }
}
console.log(JSON.stringify({ peer: `sharp ${sharp.versions.sharp}`, measurements }));
