import { Component, computed, effect, inject, input, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { Empty, Failure, keepLast, PageTrail } from '@icmp-mon/platform/ui-kit';
import { TargetsClient } from '@icmp-mon/targets/ui';
import { CommandList } from './command-list';
import { CommandsClient } from './commands.client';
import { ProbeConsole } from './probe-console';

const EARLIER = 10;

/** Page `/targets/:id/commands`: the console of a target, and its latest commands. */
@Component({
  selector: 'icm-probe-page',
  imports: [CommandList, Empty, Failure, ProbeConsole, RouterLink],
  templateUrl: './probe-page.html',
  styleUrl: './probe-page.scss',
})
export class ProbePage {
  readonly id = input.required<string>();
  private readonly session = inject(Session);
  protected readonly read = inject(TargetsClient).readTarget(this.id);
  protected readonly target = keepLast(this.read, this.id);
  protected readonly mayRun = computed(() => this.session.may('commands:run'));
  protected readonly address = computed(() => this.target.value()?.ip ?? this.id());
  protected readonly earlier = inject(CommandsClient).listCommands(() => ({ target: this.id(), limit: EARLIER }));
  protected readonly kept = keepLast(this.earlier, this.id);

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const [text, link] = [this.address(), `/targets/${this.id()}`];
      untracked(() => trail.showCrumbs({ text: 'Targets', link: '/targets' }, { text, link }, { text: 'Probe now' }));
    });
  }
}
