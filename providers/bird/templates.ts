import { type Body, readId, readOptionalText } from '../read';
import { type Account, segment } from './account';
import { readRows } from './pages';

/** A template as a node shows it. A campaign calls it by `projectId`, or by `projectId:version`. */
export interface ChannelTemplate {
  readonly projectId: string;
  readonly project: string;
  readonly id: string | null;
  readonly status: string | null;
  /** It may have others. */
  readonly defaultLocale: string | null;
  readonly description: string | null;
}

/**
 * Every template of the workspace's projects: one listing of projects, and one for each of them (bird docs, touchpoints-api).
 *
 * Not the seam's `listTemplates`: no document says how a row tells its languages and parameters, and a campaign must not be
 * refused, nor a parameter be left out, because of a list that is read wrongly.
 */
export async function listChannelTemplates(account: Account): Promise<readonly ChannelTemplate[]> {
  const projects = await readRows(account, {
    asked: 'listing projects',
    path: '/projects',
    row: (row) => ({ projectId: readId(row, 'id'), project: readOptionalText(row, 'name') ?? '' }),
  });
  const templates: ChannelTemplate[] = [];
  for (const project of projects) {
    const rows = await readRows(account, {
      asked: 'listing templates',
      path: `/projects/${segment(project.projectId)}/channel-templates`,
      row: (row) => ({ ...project, ...templateOf(row) }),
      missing: 'none',
    });
    templates.push(...rows);
  }
  return templates;
}

function templateOf(row: Body): Omit<ChannelTemplate, 'projectId' | 'project'> {
  return {
    id: readOptionalText(row, 'id'),
    status: readOptionalText(row, 'status'),
    defaultLocale: readOptionalText(row, 'defaultLocale'),
    description: readOptionalText(row, 'description'),
  };
}
