// Builds what api/static/graphiql holds: one script, one style sheet, an icon, a manifest, and the licences of what is inside.

import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const OUT = path.join(HERE, '..', 'static', 'graphiql');

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });

const { metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: { graphiql: 'src/main.jsx', hourglass: 'src/hourglass.svg' },
  outdir: OUT,
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'safari16'],
  jsx: 'automatic',
  loader: { '.svg': 'copy' },
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.USE_IMPORT': '"true"' },
  legalComments: 'none', // every licence stands in THIRD-PARTY-LICENSES.txt
  metafile: true,
  plugins: [systemFonts()],
});

await writeFile(path.join(OUT, 'THIRD-PARTY-LICENSES.txt'), await licences(Object.keys(metafile.inputs)));
await writeFile(path.join(OUT, 'manifest.json'), JSON.stringify(await manifest(Object.keys(metafile.outputs)), null, 2) + '\n');

/** GraphiQL's style sheet carries two fonts as base64, six times the size of its rules. Ours names the system's instead. */
function systemFonts() {
  return {
    name: 'system-fonts',
    setup({ onLoad }) {
      onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path: file }) => ({
        contents: (await readFile(file, 'utf8')).replace(/@font-face\s*\{[^}]*\}/g, ''),
        loader: 'css',
      }));
    },
  };
}

/** The names the page needs, and a digest of what they were built from, by which a test sees a forgotten rebuild. */
async function manifest(outputs) {
  const names = outputs.map(output => path.basename(output));
  const named = ending => names.find(name => name.endsWith(ending));
  return { script: named('.js'), style: named('.css'), icon: named('.svg'), sources: await sourcesDigest() };
}

async function sourcesDigest() {
  const sources = ['build.mjs', 'package-lock.json', 'package.json'];
  for (const name of await readdir(path.join(HERE, 'src'))) sources.push(`src/${name}`);
  const digest = createHash('sha256');
  for (const name of sources.sort()) digest.update(`${name}\0`).update(await readFile(path.join(HERE, name)));
  return digest.digest('hex');
}

/** The name, version and licence text of every package that ended up in the bundle. */
async function licences(inputs) {
  const folders = new Set(inputs.map(packageFolder).filter(Boolean));
  const notices = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(path.join(HERE, folder, 'package.json'), 'utf8'));
    const file = (await readdir(path.join(HERE, folder))).find(entry => /^licen[cs]e(\.|$)/i.test(entry));
    const text = file ? (await readFile(path.join(HERE, folder, file), 'utf8')).trim() : `Licence: ${license}`;
    notices.push(`${name} ${version} (${license})\n\n${text}\n`);
  }
  return notices.join(`\n${'-'.repeat(80)}\n\n`);
}

function packageFolder(input) {
  return input.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];
}
