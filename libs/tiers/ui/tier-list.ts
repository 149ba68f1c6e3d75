import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Session, SettingsNav } from '@icmp-mon/identity/ui';
import { CountPipe, Empty, Failure, Icon, keepLast, PageTrail, reloadEvery } from '@icmp-mon/platform/ui-kit';
import type { TierView } from '@icmp-mon/tiers/contract';
import { agentCountText, agentScopeText, checkText, diversityText, ruleText, spanText } from './policy-text';
import { TiersClient } from './tiers.client';

const AGAIN_MS = 15_000;

/** Page `/settings/tiers`: all tiers with their policies. */
@Component({
  selector: 'icm-tier-list',
  imports: [CountPipe, Empty, Failure, Icon, RouterLink, SettingsNav],
  templateUrl: './tier-list.html',
  styleUrl: './tier-list.scss',
})
export class TierList {
  private readonly session = inject(Session);
  protected readonly read = inject(TiersClient).listTiers();
  protected readonly kept = keepLast(this.read);
  protected readonly mayWrite = computed(() => this.session.may('tiers:write'));
  protected readonly rows = computed(() => this.kept.value()?.items.map(rowOf));

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Settings', link: '/settings' }, { text: 'Tiers' });
    reloadEvery(this.read, AGAIN_MS);
  }
}

function rowOf(tier: TierView) {
  const { agentSelection, checks } = tier;
  return {
    ...{ name: tier.name, builtIn: tier.builtIn, successor: tier.successor, targetCount: tier.targetCount },
    ...{ interval: spanText(tier.probeIntervalMs), agents: agentCountText(agentSelection) },
    ...{ scope: agentScopeText(agentSelection), diversity: diversityText(agentSelection) || 'none' },
    ...{ checks: checks.map(checkText).join(', '), rule: ruleText(tier.verdictRule) },
  };
}
