import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Asks for the API key without showing it; without a terminal, reads it from standard input. */
export async function readKey(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return (await text(stdin)).trim();
  stderr.write(prompt);
  const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: stdin, output: hidden, terminal: true });
  try {
    return await new Promise<string>((resolve) => {
      terminal.once('line', resolve);
      terminal.once('close', () => resolve(''));
      terminal.once('SIGINT', () => process.exit(130));
    });
  } finally {
    terminal.close();
    stderr.write('\n');
  }
}
