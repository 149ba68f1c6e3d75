import { RunningProduct } from '@icmp-mon/e2e/testing';
import { installSchemathesis } from '@icmp-mon/infra/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Findings } from './fault';
import { fuzzProduct } from './fuzz/fuzz-product';

const SEED = Number(process.env['ICMPMON_TEST_SEED'] ?? 7);
const EXAMPLES = 5;

/** Returns why schemathesis cannot run here; null if it can. */
async function missing(): Promise<string | null> {
  try {
    await installSchemathesis(() => undefined);
    return null;
  } catch (error) {
    if (process.env['CI']) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}

const reason = await missing();

describe.skipIf(reason !== null)(
  `the API under schemathesis (seed ${SEED})${reason === null ? '' : ` SKIPPED: ${reason}`}`,
  () => {
    let product: RunningProduct;

    beforeAll(async () => {
      product = await RunningProduct.start({ name: 'fuzzed-api', services: 'given' });
    });

    afterAll(async () => {
      await product?.stop();
    });

    it('answers every request to every route as documented, never with 500', async () => {
      const lines: string[] = [];
      const printLine = (line: string): void => void lines.push(line);
      const findings = new Findings(printLine);
      await fuzzProduct(product, findings, { seed: SEED, examples: EXAMPLES, stateful: false, printLine });
      process.stdout.write(`${lines.join('\n')}\n`);
      expect(findings.failures, `seed ${SEED}\n${lines.join('\n')}`).toEqual([]);
    });
  },
);
