/** Small packages that are called like the genuine ones and own what those own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run, type Workplace } from './built.js';

export interface Toy {
  readonly name: string;
  readonly version: string;
  /** Text of each file; those below /etc/ha.d, sysconfig and logrotate.d are configuration. */
  readonly files: Readonly<Record<string, string>>;
}

export function isConfiguration(place: string): boolean {
  return /^\/etc\/(?:ha\.d|sysconfig|logrotate\.d)\//.test(place) && !place.endsWith('/shellfuncs');
}

function line(place: string): string {
  const mode = place.endsWith('/authkeys') ? '0600' : '0755';
  const noreplace = isConfiguration(place) ? '%config(noreplace) ' : '';
  return `${noreplace}%attr(${mode},root,root) ${place}`;
}

/** Scriptlets like those of Red Hat's packages: a service is stopped and disabled at its removal. */
export function serviceScriptlets(name: string): string {
  return `%post
/sbin/chkconfig --add ${name}
%preun
if [ $1 = 0 ]; then
  /etc/rc.d/init.d/${name} stop
  /sbin/chkconfig --del ${name}
fi
`;
}

function spec({ name, version, files }: Toy): string {
  const places = Object.keys(files);
  return `
%global _binary_payload w1.gzdio
Name: ${name}
Version: ${version}
Release: 1
Summary: Toy
License: MIT
BuildArch: noarch
%description
Toy.
%install
cp -a %{_topdir}/tree/. %{buildroot}
${serviceScriptlets(name)}
%files
${places.map(line).join('\n')}
`;
}

/** Builds it; returns the path of the RPM. */
export function buildToy(workplace: Workplace, toy: Toy): string {
  const folder = workplace.next(toy.name);
  for (const [place, text] of Object.entries(toy.files)) {
    const file = path.join(folder, 'tree', place);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const file = path.join(folder, 'toy.spec');
  writeFileSync(file, spec(toy));
  run('rpmbuild', '-bb', '--define', `_topdir ${folder}`, file);
  return path.join(folder, 'RPMS/noarch', `${toy.name}-${toy.version}-1.noarch.rpm`);
}

/** Small package of Debian; `control` are further lines of its description. Returns its path. */
export function buildToyDeb(
  workplace: Workplace,
  { name, version, files }: Toy,
  control = '',
): string {
  const folder = workplace.next(name);
  mkdirSync(`${folder}/DEBIAN`, { recursive: true });
  for (const [place, text] of Object.entries(files)) {
    const file = path.join(folder, place);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const about = 'Architecture: all\nMaintainer: x\nDescription: x\n';
  const head = `Package: ${name}\nVersion: ${version}\n${control}${about}`;
  writeFileSync(`${folder}/DEBIAN/control`, head);
  const configuration = Object.keys(files).filter((place) => place.startsWith('/etc/'));
  writeFileSync(`${folder}/DEBIAN/conffiles`, configuration.map((place) => `${place}\n`).join(''));
  run('dpkg-deb', '--build', folder, `${folder}.deb`);
  return `${folder}.deb`;
}
