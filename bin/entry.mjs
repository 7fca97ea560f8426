// The first thing that any of our commands loads. It must parse on very old versions of Node, so
// that those can say what is wrong: nothing here may be younger than Node 13, and what is younger
// is imported only after the check.

/** Oldest Node that can run the commands in this folder (they then find Node 24 by themselves). */
const NODE_MAJOR_MIN = 20;

/** Runs `start`, or says that this Node is too old. Sets the exit code of the process. */
export function enter(start) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < NODE_MAJOR_MIN) {
    process.stderr.write(
      `Cannot run Holdfast as it needs Node ${NODE_MAJOR_MIN} or newer: ` +
        `this is Node ${process.versions.node} (${process.execPath}).\n` +
        "Install a newer one from https://nodejs.org, then run the same command again.\n",
    );
    process.exitCode = 1;
    return;
  }
  start().catch((error) => {
    const debug = process.env.HOLDFAST_DEBUG === "1";
    process.stderr.write(`${debug ? error.stack : error.message}\n`);
    process.exitCode = 1;
  });
}
