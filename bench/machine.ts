import { cpus } from 'node:os';
import { percent } from './row';

const times = (): { idle: number; all: number } => {
  let idle = 0;
  let all = 0;
  for (const cpu of cpus()) {
    idle += cpu.times.idle;
    all += Object.values(cpu.times).reduce((sum, ms) => sum + ms, 0);
  }
  return { idle, all };
};

/** Watches how much of the machine stays idle: where next to nothing does, what is late has waited for the machine. */
export function watchMachine(): () => string {
  const before = times();
  return () => {
    const after = times();
    return `; CPU ${percent((after.idle - before.idle) / (after.all - before.all))} idle`;
  };
}
