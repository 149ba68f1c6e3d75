/** Open long polls by agent: the oldest one of an agent ends when it opens too many. */
export class OpenPolls {
  /** Oldest first. */
  private readonly open = new Map<string, Set<AbortController>>();

  constructor(private readonly perAgentMax: number) {}

  /** Returns the controller of a new poll, which is aborted when the poll has to end. */
  beginPoll(agentId: string): AbortController {
    const open = this.open.get(agentId) ?? new Set();
    this.open.set(agentId, open);
    const [oldest] = open;
    if (open.size >= this.perAgentMax && oldest !== undefined) {
      open.delete(oldest);
      oldest.abort();
    }
    const gone = new AbortController();
    open.add(gone);
    return gone;
  }

  endPoll(agentId: string, gone: AbortController): void {
    const open = this.open.get(agentId);
    open?.delete(gone);
    if (open?.size === 0) this.open.delete(agentId);
  }
}
