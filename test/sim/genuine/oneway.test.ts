/**
 * A genuine node that does not hear ours takes what ours goes on to run, and has the clients of
 * that address. When it gives up again, ours must be found again: nobody else would say so.
 */
import { equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DIRECTORS } from '../../lab/lab.js';
import { recording } from '../../scenarios/recording.js';
import { bothUp } from '../../scenarios/stories/story.js';
import { SimulatedStage } from './stage.js';

describe('a genuine node beside ours that was not heard for a while', () => {
  it('announces again what ran all the time, in legacy mode', async () => {
    const recorded = recording('split-brain-heal-auto_failback-legacy');
    const stage = new SimulatedStage(recorded, 'loadbalancer', ['TS', 'C']);
    await bothUp(stage);
    stage.pair.unheard.add('loadbalancer');
    await stage.called('backup', 'start ldirectord');
    await stage.pause(2);
    await stage.heal();
    await stage.called('backup', 'stop lvs');
    const { now } = stage.pair.world;
    await stage.pause(30);
    await stage.atRest();
    const { announced, running } = stage.pair.host('loadbalancer').machine;
    ok(running.has('lvs'));
    ok(announced.some(({ key, at }) => key === 'lvs' && at > now));
  });

  for (const failback of ['on', 'off']) {
    it(`gives up what the other says it holds, auto_failback ${failback}`, async () => {
      const recorded = recording(`split-brain-heal-auto_failback-${failback}`);
      const stage = new SimulatedStage(recorded, 'loadbalancer', ['TS', 'C']);
      await bothUp(stage);
      stage.pair.unheard.add('loadbalancer');
      await stage.called('backup', 'start ldirectord');
      await stage.called('loadbalancer', 'stop lvs');
      await stage.heal();
      await stage.pause(60);
      await stage.atRest();
      const runs = DIRECTORS.filter((node) => stage.pair.host(node).machine.running.has('lvs'));
      equal(runs.length, 1);
    });
  }

  for (const failback of ['on', 'off', 'legacy']) {
    it(`announces it though it does not hear the end, auto_failback ${failback}`, async () => {
      const recorded = recording(`split-brain-heal-auto_failback-${failback}`);
      const stage = new SimulatedStage(recorded, 'loadbalancer', ['TS', 'C']);
      await bothUp(stage);
      stage.pair.unheard.add('loadbalancer');
      await stage.called('backup', 'start ldirectord');
      await stage.heal();
      stage.pair.unheard.add('backup');
      await stage.called('backup', 'stop lvs');
      await stage.pause(20);
      const { now } = stage.pair.world;
      await stage.heal();
      await stage.pause(5);
      const { announced } = stage.pair.host('loadbalancer').machine;
      ok(announced.some(({ key, at }) => key === 'lvs' && at > now));
    });
  }
});
