import { connect } from 'node:net';
import { messageOf } from '../error-text.mjs';

const answerTimeoutMs = 2_000;

/**
 * Sends bytes to a loopback port and returns the first response, or undefined when none arrives within the timeout.
 * @param {number} port
 * @param {string | Buffer} request
 */
function firstAnswer(port, request) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    /** @param {Buffer | undefined} answer */
    const finish = (answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerTimeoutMs, () => finish(undefined));
    socket.once('error', () => finish(undefined));
    socket.once('close', () => finish(undefined));
    socket.once('connect', () => socket.write(request));
    socket.once('data', finish);
  });
}

/**
 * Returns true once the server asks for a password; during recovery it answers with an error instead.
 * @param {number} port
 */
export async function postgresAnswers(port) {
  const parameters = Buffer.from('user\0icmpmon\0database\0postgres\0\0');
  const request = Buffer.alloc(8);
  request.writeInt32BE(8 + parameters.length, 0);
  request.writeInt32BE(0x0003_0000, 4);
  const answer = await firstAnswer(port, Buffer.concat([request, parameters]));
  return answer?.[0] === 'R'.charCodeAt(0);
}

/**
 * Returns true once the server has loaded its data and accepts commands.
 * @param {number} port
 * @param {string} password
 */
export async function valkeyAnswers(port, password) {
  const answer = await firstAnswer(port, `AUTH ${password}\r\nPING\r\n`);
  const text = answer?.toString('latin1') ?? '';
  return text.startsWith('+OK') && !text.includes('-LOADING');
}

/**
 * Returns true when the address answers 200, as an app's `/readyz` does once the app is ready.
 * @param {string} url
 */
export async function httpReady(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerTimeoutMs) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    // Not listening yet or overloaded: not ready in either case.
    return false;
  }
}

/**
 * Returns why the app behind this `/livez` is not alive; undefined for a live app, even a slow one. Its ops thread answers, not its event loop.
 * @param {string} url
 */
export async function hangCauseOf(url, { withinMs = 5_000 } = {}) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(withinMs) });
    const text = await response.text();
    return response.status === 200 ? undefined : `${response.status}: ${text}`;
  } catch (error) {
    return `no answer: ${messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error)}`;
  }
}
