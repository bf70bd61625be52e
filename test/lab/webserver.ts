/** Web servers of the real servers: a page that names the server, and the tutorial's test page. */

import type { Site } from './site.js';

const DOCUMENTS = '/var/www/html';

/** Puts the pages in place, and lets busybox serve them in the background from every boot on. */
export async function startWebServer(site: Site, host: string): Promise<void> {
  await site.put(host, `${DOCUMENTS}/index.html`, `${host}\n`);
  // The tutorial: echo "Test Page" >> /var/www/html/test.html
  await site.put(host, `${DOCUMENTS}/test.html`, 'Test Page\n');
  const outcome = await site.run(host, ['busybox', 'httpd', '-p', '80', '-h', DOCUMENTS]);
  if (outcome.code !== 0) throw new Error(`no web server on ${host}: ${outcome.stderr}`);
}

export async function stopWebServer(site: Site, host: string): Promise<void> {
  await site.run(host, ['busybox', 'killall', 'busybox']);
}
