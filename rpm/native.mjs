// Lays the native parts beside the bundles: koffi, and the serial port binding, for one architecture.
import { chmodSync, copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The files of node_modules that are needed on that architecture: source → place. */
function nativeFiles(arch) {
  const platform = `@koromix/koffi-linux-${arch}`;
  const serial = '@serialport/bindings-cpp/prebuilds';
  const prebuild = {
    x64: 'linux-x64/@serialport+bindings-cpp.glibc.node',
    arm64: 'linux-arm64/@serialport+bindings-cpp.armv8.glibc.node',
  }[arch];
  if (prebuild === undefined) throw new Error(`no native parts for ${arch}`);
  const same = [
    'koffi/package.json',
    'koffi/index.cjs',
    'koffi/src/koffi/index.cjs',
    'koffi/src/koffi/src/static.cjs',
    `${platform}/package.json`,
    `${platform}/index.js`,
    `${platform}/linux_${arch}/koffi.node`,
  ].map((name) => [name, `node_modules/${name}`]);
  return [...same, [`${serial}/${prebuild}`, 'serialport.node']];
}

/**
 * Copies them below `folder`; returns the sources.
 *
 * @throws Error that names what is not there.
 */
export function layNative(modules, folder, arch) {
  const files = nativeFiles(arch);
  for (const [source, place] of files) {
    const from = join(modules, source);
    const to = join(folder, place);
    if (!existsSync(from)) throw new Error(`${from} is missing: see rpm/prepare.mjs`);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    chmodSync(to, 0o644);
  }
  return files.map(([source]) => join(modules, source));
}
