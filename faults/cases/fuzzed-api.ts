import { RunningProduct } from '@icmp-mon/e2e/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { fuzzProduct } from '../fuzz/fuzz-product';

const EXAMPLES = { short: 10, full: 300 };

/** Thousands of right and wrong requests to every route of the OpenAPI document, as each kind of caller. */
export async function run({ seed, short, printLine }: FaultContext): Promise<Verdict> {
  const findings = new Findings(printLine);
  const product = await RunningProduct.start({ name: 'fuzzed-api', services: 'own' });
  try {
    const form = short ? 'short' : 'full';
    await fuzzProduct(product, findings, { seed, examples: EXAMPLES[form], stateful: !short, printLine });
  } finally {
    await product.stop();
  }
  return findings;
}
