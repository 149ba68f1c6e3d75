import { createServer, type Server } from 'node:net';

/** Replies to a process may come for so long after its end: its id is not given to another one before. */
const LINGER_MS = 10_000;
const ID_MASK = 0xffff;

/** `unavailable`: this system has no such locks, so that an id cannot be reserved. */
export type IdLock = 'taken' | 'in_use' | 'unavailable';

/**
 * Reserves ICMP ids among all agents that receive the same packets. fping's id is its pid modulo 65,536, and every raw socket
 * of a network namespace gets every reply: two fpings with one id take each other's replies for their own, be they in different
 * pid namespaces or 65,536 pids apart. A name in the abstract socket namespace belongs to a network namespace too, has one
 * owner, and is free again when its process ends, however it ends.
 */
export class IcmpIdLocks {
  private readonly servers = new Map<number, Server>();
  private readonly lingering = new Map<number, NodeJS.Timeout>();

  async take(pid: number): Promise<IdLock> {
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

  /** The process has ended: its id becomes free when no reply to it can come any more. */
  release(pid: number): void {
    const id = pid & ID_MASK;
    if (!this.servers.has(id)) return;
    const timer = setTimeout(() => this.free(id), LINGER_MS);
    timer.unref();
    this.lingering.set(id, timer);
  }

  close(): void {
    for (const id of [...this.servers.keys()]) this.free(id);
  }

  private free(id: number): void {
    clearTimeout(this.lingering.get(id));
    this.lingering.delete(id);
    this.servers.get(id)?.close();
    this.servers.delete(id);
  }
}

/** The code of the error, undefined once it listens. */
function listen(server: Server, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ path, exclusive: true }, () => resolve(undefined));
  });
}
