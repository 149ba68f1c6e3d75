import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { encodeBody, frameBlock, LANE, ResultColumnsBuilder } from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';

const SCRIPT = path.join(import.meta.dirname, 'icmpmon.mjs');

function print(
  args: string[],
  input: Uint8Array = new Uint8Array(),
): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, 'print-block', ...args], {
    input,
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

describe('npm run icmpmon -- print-block', () => {
  it('prints a block as JSON', () => {
    const builder = new ResultColumnsBuilder();
    builder.addResult(7, 1, 1_795_000_000_000, OUTCOME.reply, 845);
    const agentId = '0199d3a0-7c1e-7b52-9c1d-0a1b2c3d4e5f';
    const address = { agentId, boot: 3, lane: LANE.live, shard: 7, sequence: 5, policyVersion: 17 };
    const { status, out } = print([], frameBlock(address, encodeBody(builder.buildColumns(), compress)));
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ header: { agentId, shard: 7 }, results: [{ targetKey: 7, rttUs: 845 }] });
  });

  it('reports why bytes are not a block, and what to do when the file cannot be read', () => {
    const { status, out } = print([], Buffer.from('garbage'));
    expect(status).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ refused: 'bad_magic' });
    const missing = print(['no-such-file']);
    expect(missing.status).toBe(1);
    expect(missing.err).toContain('Give a file: npm run icmpmon -- print-block <file>');
  });
});
