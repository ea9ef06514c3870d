// What a new developer finds in the first tabs.

export const examples = [
  {
    query: `# 最近的火警 The latest fire calls
query LatestFireCalls {
  events(first: 10, filter: { department: ["fire"] }) {
    nodes { eventTime titles { zh en } place { names { zh en } } severity data }
    pageInfo { hasNextPage endCursor }
  }
  at
}
`,
  },
  {
    query: `# 按日、按区统计停电 Outages by day and district, in local time
query OutagesByDay {
  eventStatistics(
    filter: { type: ["city.power.outage-started.v1"] }
    calendar: DAY
    groupBy: [PLACE]
    placeKind: "district"
    measures: [COUNT, SUM]
    of: "customers"
  ) { from to place { names { zh en } } count sum }
}
`,
  },
  {
    query: `# 新事件,断线后以 to 续接 New events; go on with \`to\` as \`since\`
subscription NewEvents {
  events(filter: { exercise: false }) {
    __typename
    ... on EventBatch { to list { eventTime titles { zh en } } }
    ... on Lagged { reason message to }
  }
}
`,
  },
];
