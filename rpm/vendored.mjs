// Tells which packages of others are inside the bundles: a bill of materials and their licences.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative, sep } from 'node:path';
import { BILL_OF_MATERIALS, LICENCES } from './layout.mjs';

/** The folder of a package, of a file in it, as package-lock.json writes it. */
const PACKAGE = /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//;

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice)/i;

/** The packages that the files `inputs` belong to, by name and version; our own are none. */
function packagesOf(sources, inputs) {
  const lock = JSON.parse(readFileSync(join(sources, 'package-lock.json'), 'utf8')).packages;
  const found = new Map();
  for (const input of inputs) {
    const place = PACKAGE.exec(relative(sources, input).split(sep).join('/'))?.[1];
    if (place === undefined) continue;
    const entry = lock[place];
    if (entry === undefined) throw new Error(`${place} is not in package-lock.json`);
    const name = entry.name ?? place.slice(place.lastIndexOf('node_modules/') + 13);
    const { version, license, integrity } = entry;
    const folder = join(sources, place);
    found.set(`${name}@${version}`, { name, version, license, integrity, folder });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function purl({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function licenceOf(text) {
  return /^[\w.+-]+$/.test(text) ? { license: { id: text } } : { expression: text };
}

/** A package as CycloneDX has it; the digest is that of the archive in the registry. */
function component(entry) {
  const [algorithm, digest] = entry.integrity.split('-');
  if (algorithm !== 'sha512') throw new Error(`${entry.name}: no SHA-512 in package-lock.json`);
  return {
    type: 'library',
    'bom-ref': purl(entry),
    name: entry.name,
    version: entry.version,
    hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }],
    licenses: [licenceOf(entry.license)],
    purl: purl(entry),
  };
}

/** CycloneDX 1.5, the same for the same packages: neither a date nor a random number is in it. */
function billOfMaterials({ version, license }, packages) {
  const own = `pkg:generic/ts-heartbeat@${version}`;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name: 'ts-heartbeat',
        version,
        licenses: [licenceOf(license)],
        purl: own,
      },
    },
    components: packages.map(component),
    dependencies: [{ ref: own, dependsOn: packages.map(purl) }],
  };
}

/** A package without a licence file of its own: its author's statement stands for the text. */
function statement({ name, version, license, folder }) {
  const { author, repository } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const who = typeof author === 'string' ? author : author?.name;
  const where = typeof repository === 'string' ? repository : repository?.url;
  const lines = [
    `${name} ${version} brings no licence file; its package.json says:`,
    `licence: ${license}`,
    ...(who === undefined ? [] : [`author: ${who}`]),
    ...(where === undefined ? [] : [`source: ${where}`]),
  ];
  const readme = readdirSync(folder).find((file) => /^readme/i.test(file));
  const text = readme === undefined ? '' : readFileSync(join(folder, readme), 'utf8');
  const chapter = /^#+ *licen[cs]e[^\n]*\n([\s\S]*)/im.exec(text)?.[1]?.trim();
  if (chapter) lines.push('', 'Its README says:', '', chapter);
  return `${lines.join('\n')}\n`;
}

/** Packages that are a part of another one and leave its licence file out. */
function whole(sources, { name, folder }) {
  return name.startsWith('@koromix/koffi-') ? join(sources, 'node_modules/koffi') : folder;
}

function layLicence(folder, entry, sources) {
  const from = whole(sources, entry);
  const place = join(folder, `${entry.name.replace('@', '').replace('/', '-')}-${entry.version}`);
  mkdirSync(place, { recursive: true });
  const files = readdirSync(from).filter((file) => LICENCE_FILE.test(file));
  for (const file of files) copyFileSync(join(from, file), join(place, file));
  if (files.length === 0) writeFileSync(join(place, 'LICENCE'), statement(entry));
}

/** Lays both down below `root`, for the packages that the files `inputs` belong to. */
export function layVendored(root, sources, inputs) {
  const product = JSON.parse(readFileSync(join(sources, 'package.json'), 'utf8'));
  const packages = packagesOf(sources, inputs);
  const folder = join(root, LICENCES);
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  for (const entry of packages) layLicence(folder, entry, sources);
  const bill = `${JSON.stringify(billOfMaterials(product, packages), null, 2)}\n`;
  writeFileSync(join(root, BILL_OF_MATERIALS), bill);
}
