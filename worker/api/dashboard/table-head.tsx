import type { FC } from 'hono/jsx';

/** What the columns of a table of rows are called; on a phone each cell says it itself. */
export const TableHead: FC<{ readonly labels: readonly string[] }> = ({ labels }) => (
  <thead role="rowgroup">
    <tr role="row">
      {labels.map((label) => (
        <th scope="col" role="columnheader">
          {label}
        </th>
      ))}
    </tr>
  </thead>
);
