import type { BirdProvider } from '../../providers/bird';
import { type Listed, templateValue } from '../shared/search';

/** One choice for each project and language that is listed; other languages and versions are given by ID. */
export async function listedTemplates(provider: BirdProvider): Promise<readonly Listed[]> {
  const choices = new Map<string, Listed>();
  for (const { projectId, project, defaultLocale } of await provider.listChannelTemplates()) {
    const value =
      defaultLocale === null
        ? projectId
        : templateValue({ name: projectId, language: defaultLocale });
    const name = defaultLocale === null ? project : `${project} (${defaultLocale})`;
    choices.set(value, { name, value });
  }
  return [...choices.values()];
}
