import { createServer, type Server } from 'node:net';

/** How long after a process has ended its id is not reused, in ms: replies to it may still arrive. */
const LINGER_MS = 10_000;
const ID_MASK = 0xffff;

/** `unavailable`: this system has no abstract sockets, so an id cannot be reserved. */
export type IdLock = 'taken' | 'in_use' | 'unavailable';

/**
 * Reserves ICMP ids among all agents that receive the same packets. fping's id is its pid modulo 65,536, and every raw socket of a network
 * namespace receives every reply: two fpings with the same id mistake each other's replies for their own, even in different pid namespaces
 * or 65,536 pids apart. A name in the abstract socket namespace also belongs to a network namespace, has one owner, and is released when
 * its process ends for any reason.
 */
export class IcmpIdLocks {
  private readonly servers = new Map<number, Server>();
  private readonly lingering = new Map<number, NodeJS.Timeout>();

  async lockId(pid: number): Promise<IdLock> {
    const id = pid & ID_MASK;
    if (this.servers.has(id)) return 'in_use';
    const server = createServer((socket) => socket.destroy());
    const code = await listen(server, `\0icmp-mon/icmp-id/${id}`);
    if (code === 'EADDRINUSE') return 'in_use';
    if (code !== undefined) return 'unavailable';
    server.unref();
    this.servers.set(id, server);
    return 'taken';
  }

  /** Releases the id of a process that has ended, after the last possible reply to it. */
  releaseId(pid: number): void {
    const id = pid & ID_MASK;
    if (!this.servers.has(id)) return;
    const timer = setTimeout(() => this.freeId(id), LINGER_MS);
    timer.unref();
    this.lingering.set(id, timer);
  }

  close(): void {
    for (const id of [...this.servers.keys()]) this.freeId(id);
  }

  private freeId(id: number): void {
    clearTimeout(this.lingering.get(id));
    this.lingering.delete(id);
    this.servers.get(id)?.close();
    this.servers.delete(id);
  }
}

/** Returns the code of the error; undefined once the server listens. */
function listen(server: Server, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ path, exclusive: true }, () => resolve(undefined));
  });
}
