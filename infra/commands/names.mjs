// Names that a command takes and a tool has programs for: bench/main.ts, faults/main.ts. Types hold the two together.

/** Benches in the order of `all`, and what each compares. */
export const BENCHES = {
  projector: 'results per second through the projector',
  ingest: 'the same through gateway and Kafka',
  gateway: 'results per second that the gateway accepts',
  'quiet-sweep': 'WAL bytes when nothing changes',
  cost: 'CPU of the whole stack',
  recovery: 'seconds to recover',
  agent: 'results per second of an agent',
  'agent-cpu': 'CPU of an agent',
  bytes: 'bytes on disk per result',
  events: 'commands per second of the event store',
  live: 'deliveries per second of live results',
  list: 'pages of the target list',
};

/** Load runs, and what each is. */
export const LOAD_RUNS = {
  fping: "10,000 targets by the product's own agent, 10 minutes",
  fleet: '3 agents × 100,000 targets at 15 s, 30 minutes',
  all: '100 agents × 100,000 targets at 30 s, 15 minutes',
  takeover: 'a lost and a refusing agent',
  overload: '100,000 targets at once for one agent, while the CPU is busy',
};

/** Faults in the order in which all of them run, and what each does; a name is that of its file in `cases`. */
export const FAULTS = {
  'kill-processes': 'SIGKILL of each process',
  'kill-services': 'SIGKILL of Kafka, PostgreSQL, Redis',
  'zombie-projector': 'a projector stopped past its lease',
  'disconnected-agents': 'an agent cut off for hours',
  'damaged-spool': 'a spool that is full or damaged',
  'full-disks': 'full disks',
  'poison-messages': 'poison on each topic',
  'bad-uploads': 'bad blocks, repeats, clones',
  'killed-relay': 'the relay killed, writers late',
  'concurrent-commands': 'commands at once',
  'rebuild-under-writes': 'read models rebuilt under writes',
  'mixed-versions': 'versions apart, rolling restart',
  'wrong-clocks': 'agents with wrong clocks',
  'bad-network': 'a bad network to the gateway',
  'stopped-processes': 'each process stopped: what pages say',
  'simulated-shard': 'the shard simulated from seeds',
  'greedy-agent': 'an agent that takes more than its share',
  'thin-line': 'a line that carries little',
  'stolen-identities': 'stolen tokens, keys and names',
  'unfinished-bodies': 'logins whose bodies never end',
  'guessed-passwords': 'passwords guessed from many places',
};
