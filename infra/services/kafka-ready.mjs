import { connect } from 'node:net';

const answerTimeoutMs = 2_000;
const apiKeys = { metadata: 3, saslHandshake: 17, saslAuthenticate: 36 };

/**
 * Returns true once the broker accepts the login and answers a Metadata request that lists at least itself.
 * @param {number} port
 * @param {{ username: string, password: string }} of
 */
export async function kafkaAnswers(port, { username, password }) {
  const socket = connect({ host: '127.0.0.1', port });
  const ended = new Promise((resolve) => {
    socket.setTimeout(answerTimeoutMs, () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
  try {
    return await Promise.race([ended, loggedIn(socket, username, password)]);
  } finally {
    socket.destroy();
  }
}

/**
 * Every response begins with its correlation id; error code 0 means success.
 * @param {import('node:net').Socket} socket
 * @param {string} username
 * @param {string} password
 */
async function loggedIn(socket, username, password) {
  const answers = framesOf(socket);
  /**
   * @param {number} apiKey
   * @param {number} version
   * @param {Buffer} body
   */
  const ask = async (apiKey, version, body) => {
    socket.write(request(apiKey, version, body));
    return (await answers.next()).value;
  };
  const handshake = await ask(apiKeys.saslHandshake, 1, text('PLAIN'));
  if (handshake?.readInt16BE(4) !== 0) return false;
  const token = Buffer.from(`\0${username}\0${password}`);
  const authenticated = await ask(apiKeys.saslAuthenticate, 0, Buffer.concat([int32(token.length), token]));
  if (authenticated?.readInt16BE(4) !== 0) return false;
  const metadata = await ask(apiKeys.metadata, 1, int32(0));
  return metadata !== undefined && metadata.readInt32BE(4) >= 1;
}

/**
 * @param {number} apiKey
 * @param {number} version
 * @param {Buffer} body
 */
function request(apiKey, version, body) {
  const header = Buffer.alloc(10);
  header.writeInt16BE(apiKey, 0);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(1, 4);
  // No client id.
  header.writeInt16BE(-1, 8);
  return Buffer.concat([int32(header.length + body.length), header, body]);
}

/** @param {import('node:net').Socket} socket */
async function* framesOf(socket) {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
      const end = 4 + bytes.readInt32BE(0);
      yield bytes.subarray(4, end);
      bytes = bytes.subarray(end);
    }
  }
}

/** @param {number} value */
function int32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value, 0);
  return bytes;
}

/** @param {string} value */
function text(value) {
  const length = Buffer.alloc(2);
  length.writeInt16BE(value.length, 0);
  return Buffer.concat([length, Buffer.from(value)]);
}
