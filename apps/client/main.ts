import { runClient } from './run-client';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
// `head` or a pager that was closed reads no more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`The output cannot be written: ${error.message}. It is incomplete.\n`);
  process.exit(1);
});
process.stderr.on('error', () => undefined);

process.exitCode = await runClient(process.argv.slice(2), {
  streams: process,
  environment: process.env,
  signal: interrupted.signal,
});
