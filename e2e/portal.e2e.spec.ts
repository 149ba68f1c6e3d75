import { existsSync } from 'node:fs';
import type { TierView } from '@icmp-mon/tiers/contract';
import { afterAll, beforeAll, describe } from 'vitest';
import { filterStory } from './stories/filter.story';
import { joinStory } from './stories/join.story';
import { maintenanceStory } from './stories/maintenance.story';
import { productStory } from './stories/product.story';
import { scopedStory } from './stories/scoped.story';
import { settingsStory } from './stories/settings.story';
import { sourcesStory } from './stories/sources.story';
import { CHROMIUM } from './testing/portal-browser';
import { RunningProduct } from './testing/running-product';

// The stories share a product, because to start and stop one takes as long as a story. Each has its own browser and its own targets, and
// leaves nothing that a later one counts.
describe.skipIf(!existsSync(CHROMIUM))(`in Chromium (needs ${CHROMIUM})`, () => {
  let product: RunningProduct;
  const running = (): RunningProduct => product;

  beforeAll(async () => {
    const environment = { ICMPMON_SOURCES_ALLOWED_ADDRESSES: '127.0.0.1' };
    product = await RunningProduct.start({ name: 'portal', services: 'given', environment });
    // The stories wait for results: with its timeout unchanged, this tier gives them more often than every 5 s.
    const { probeTimeoutMs, checks, agentSelection, verdictRule } = await product.callApi<TierView>(
      'GET',
      'tiers/fast',
    );
    const policy = { probeTimeoutMs, checks, agentSelection, verdictRule };
    await product.callApi('PUT', 'tiers/fast', { ...policy, probeIntervalMs: 2_000 });
  });

  afterAll(async () => {
    await product?.stop();
  });

  describe('the product', productStory(running));
  describe('the filter language', filterStory(running));
  describe('the palette, an import and the tiers', settingsStory(running));
  describe('maintenance', maintenanceStory(running));
  describe('inventory sources', sourcesStory(running));
  describe('a customer with a scope', scopedStory(running));
  describe('a machine that joins', joinStory(running));
});
