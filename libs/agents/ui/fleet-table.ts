import { Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { CountPipe } from '@icmp-mon/platform/ui-kit';
import { AgentLoadPipe, IsFullPipe } from './agent-load';
import { type FleetGroup, shownGroups } from './fleet-groups';

/**
 * Table of the fleet by region and provider; of many groups those with the most trouble, until all are asked for. The link of a group shows
 * only its agents in the list below.
 */
@Component({
  selector: 'icm-fleet-table',
  imports: [AgentLoadPipe, CountPipe, IsFullPipe, RouterLink],
  template: `
    <table class="plain" data-testid="fleet-table">
      <thead>
        <tr>
          <th>Region</th>
          <th>Provider</th>
          <th class="number" title="Agents in service">Agents</th>
          <th class="number">Healthy</th>
          <th class="number" title="Agents that report a problem">Problem</th>
          <th class="number" title="Agents without a recent report">Silent</th>
          <th class="number">Draining</th>
          <th class="number" title="Packets per second of the targets of the active agents, of their capacity">Load</th>
        </tr>
      </thead>
      <tbody>
        @for (
          group of shown();
          track group.region +
            '
' +
            group.provider
        ) {
          <tr [class.chosen]="isChosen(group)">
            <td>
              <a
                [routerLink]="[]"
                [queryParams]="{ region: group.region, provider: group.provider }"
                queryParamsHandling="merge"
                [attr.aria-label]="'Show only the agents of ' + group.region + ', ' + group.provider"
                >{{ group.region }}</a
              >
            </td>
            <td>{{ group.provider }}</td>
            <td class="number">{{ group.agents | count }}</td>
            <td class="number">{{ group.healthy | count }}</td>
            <td class="number" [class.full]="group.troubled > 0">{{ group.troubled | count }}</td>
            <td class="number" [class.bad]="group.silent > 0">{{ group.silent | count }}</td>
            <td class="number">{{ group.draining | count }}</td>
            @if (loadOf(group); as load) {
              <td class="number" [class.full]="load | isFull">{{ load | agentLoad }}</td>
            } @else {
              <td class="number">–</td>
            }
          </tr>
        }
      </tbody>
    </table>
    @if (groups().length > shown().length || isWhole()) {
      <p class="rest">
        @if (!isWhole()) {
          <span class="quiet">{{ shown().length }} of {{ groups().length }} groups, those with the most trouble.</span>
        }
        <a
          [routerLink]="[]"
          [queryParams]="{ fleet: isWhole() ? null : 'all' }"
          queryParamsHandling="merge"
          data-testid="fleet-rest"
          >{{ isWhole() ? 'Show fewer groups' : 'Show all ' + groups().length + ' groups' }}</a
        >
      </p>
    }
  `,
  styles: `
    .bad {
      color: var(--icm-down);
    }
    .full {
      color: var(--icm-degraded);
    }
    .rest {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 12px;
      margin: 0;
      padding: 6px 16px;
      border-top: 1px solid var(--icm-line);
    }
    .chosen td {
      background: var(--icm-surface-sunken);
    }
  `,
})
export class FleetTable {
  readonly groups = input.required<readonly FleetGroup[]>();
  /** Region and provider of the group whose agents are shown. */
  readonly region = input<string>();
  readonly provider = input<string>();
  /** Whether all groups are shown. */
  readonly isWhole = input(false);
  protected readonly shown = computed(() => shownGroups(this.groups(), this.isWhole(), this.isChosen));

  protected readonly isChosen = ({ region, provider }: FleetGroup): boolean =>
    region === this.region() && provider === this.provider();
  protected readonly loadOf = ({ assignedPps, capacityPps }: FleetGroup) =>
    assignedPps === null ? null : { assignedPps, capacityPps };
}
