import type { Fields } from '../platform';
import { type Endpoint, ok } from './endpoint';
import { found, invalid } from './errors';
import type { ProjectSeed } from './options';
import { listOf } from './pages';
import type { Store } from './store';

/** Projects and their templates (bird docs, touchpoints-api); what a row holds is a guess. */
export const TEMPLATE_ENDPOINTS: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/projects',
    answer: ({ store, call }) => listOf(store.projects, call.query, projectView),
  },
  {
    method: 'GET',
    path: '/projects/:project',
    answer: ({ store, path }) => ok(projectView(projectOf(store, path.project))),
  },
  {
    method: 'GET',
    path: '/projects/:project/channel-templates',
    answer: ({ store, path, call }) =>
      listOf(projectOf(store, path.project).templates, call.query, (template) => ({
        id: template.id,
        projectId: path.project,
        status: template.status,
        defaultLocale: template.defaultLocale,
        description: template.description,
      })),
  },
];

/** Whether a template can be sent like this. That it is refused at once where not is a guess. */
export function checkTemplate(store: Store, sent: Fields): void {
  const project = store.projects.find(({ id }) => id === sent.projectId);
  if (project === undefined) throw invalid('.template.projectId', 'there is no such project');
  const template =
    sent.version === 'latest'
      ? project.templates.at(-1)
      : project.templates.find(({ id }) => id === sent.version);
  if (template === undefined) throw invalid('.template.version', 'there is no such version');
  if (sent.locale !== undefined && !template.locales.includes(sent.locale as string)) {
    throw invalid('.template.locale', 'the template has no such locale');
  }
  const parameters = (sent.parameters ?? []) as { key: string }[];
  const variables = Object.keys((sent.variables ?? {}) as Fields);
  const given = [...parameters.map(({ key }) => key), ...variables];
  const missing = template.parameters.filter((name) => !given.includes(name));
  if (missing.length > 0) throw invalid('.template.parameters', `lacks ${missing.join(', ')}`);
}

function projectOf(store: Store, id: string | undefined): ProjectSeed {
  return found(
    store.projects.find((project) => project.id === id),
    'project',
  );
}

function projectView({ id, name }: ProjectSeed): unknown {
  return { id, name, type: 'channelTemplate' };
}
