/** Where a campaign's files were put on the platform, so that they are put there once. */
export const media = {
  number: 5,
  name: 'media',
  statements: [
    `create table media (
      campaign_id integer not null,
      hash text not null,
      url text not null,
      at integer not null,
      primary key (campaign_id, hash)
    ) without rowid`,
  ],
} as const;
