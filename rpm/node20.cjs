// Loaded before each program: says what is wrong where Node.js is too old to read the rest.
// Plain old JavaScript for that reason.
'use strict';

var major = parseInt(process.versions.node, 10);
if (!(major >= 20)) {
  process.stderr.write(
    `Node.js 20 or newer is needed, but ${process.execPath} is ${process.version}\n`,
  );
  process.exit(1);
}
