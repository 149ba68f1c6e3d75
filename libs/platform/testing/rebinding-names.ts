import { execFile } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HEADER_BYTES = 12;
/** A record of the question's name: type A, class IN, no time to live, four bytes. */
const RECORD = [0xc0, HEADER_BYTES, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4];

/** A DNS server that answers A queries with an allowed address once, and with a denied one from then on. */
export class RebindingNames {
  asked = 0;

  private constructor(
    private readonly host: string,
    private readonly socket: UdpSocket,
    private readonly allowed: string,
    private readonly denied: string,
  ) {}

  static async open(host: string, allowed: string, denied: string): Promise<RebindingNames> {
    const socket = createSocket('udp4').bind(53, host);
    await once(socket, 'listening');
    const names = new RebindingNames(host, socket, allowed, denied);
    socket.on('message', (query, { port, address }) => socket.send(names.answerTo(query), port, address));
    return names;
  }

  /** Returns a look-up, and the prefix of a command, in a mount namespace whose resolver asks this server. */
  within(dir: string): { resolve: () => Promise<string>; prefix: string[] } {
    const file = path.join(dir, 'resolv.conf');
    writeFileSync(file, `nameserver ${this.host}\n`);
    const script = `mount --bind '${file}' /etc/resolv.conf && exec "$@"`;
    const prefix = ['unshare', '--mount', 'sh', '-c', script, 'sh'];
    const [command = '', ...args] = [...prefix, 'getent', 'ahostsv4', 'rebind.test'];
    return { prefix, resolve: async () => (await run(command, args)).stdout.split(/\s/)[0] ?? '' };
  }

  close(): void {
    this.socket.close();
  }

  /** Answers queries for other types, which `getaddrinfo` sends too, without a record. */
  private answerTo(query: Buffer): Buffer {
    const typeAt = query.indexOf(0, HEADER_BYTES) + 1;
    const question = Buffer.from(query.subarray(0, typeAt + 4));
    const isA = query.readUInt16BE(typeAt) === 1;
    const address = isA ? (this.asked++ === 0 ? this.allowed : this.denied).split('.').map(Number) : [];
    question.writeUInt16BE(0x8180, 2);
    question.writeUInt16BE(address.length / 4, 6);
    question.writeUInt32BE(0, 8);
    return isA ? Buffer.concat([question, Buffer.from([...RECORD, ...address])]) : question;
  }
}
