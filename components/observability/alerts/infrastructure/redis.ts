import type { AlertContext, AlertDefinition } from "../types.ts";

const redis = { fixed: "redis" } as const;

/** Alerts about the cache: memory, refused clients, replicas. */
export function redisAlerts({ settings, cacheNodes }: AlertContext): AlertDefinition[] {
  const { cache } = settings.thresholds;
  return [
    {
      name: "RedisMemoryHigh",
      category: "infrastructure",
      severity: "warning",
      component: "redis",
      owner: "platform",
      family: "RedisMemory",
      service: redis,
      expr: `redis_memory_used_bytes / (redis_memory_max_bytes > 0) > ${cache.memory}`,
      for: "10m",
      keepFiringFor: "5m",
      summary: "{{ $labels.instance }} memory at {{ $value | humanizePercentage }}",
      description: "Used memory against the node's limit.",
      impact: "Soon keys are evicted or writes refused.",
      panel: { dashboard: "infrastructure", panel: "Cache memory" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Growth of the last week.", promql: "redis_memory_used_bytes" },
          {
            text: "Keys without lifetime, by prefix.",
            command: "CACHE_USER=<service> platform-cache --memkeys --pattern '<prefix>:*'",
          },
        ],
        mitigation: [
          "Keys without lifetime: their service must set one; until its release is out, delete them by its own user (`CACHE_USER=<service> platform-cache --scan --pattern '<prefix>:*'`).",
          "Real need: raise `cache.nodeType`, `pulumi up`; ElastiCache grows online, clients reconnect once.",
          "At 100 % writes are refused or keys evicted, by the policy in `maxmemory_policy` (`platform-cache info memory`).",
        ],
      },
      cases: [
        {
          name: "at nine tenths",
          series: { 'redis_memory_used_bytes{instance="cache"}': 90, 'redis_memory_max_bytes{instance="cache"}': 100 },
          fires: [{ instance: "cache" }],
        },
        {
          name: "at 85 %, and without a limit",
          series: {
            'redis_memory_used_bytes{instance="cache"}': 85,
            'redis_memory_max_bytes{instance="cache"}': 100,
            'redis_memory_used_bytes{instance="free"}': 85,
            'redis_memory_max_bytes{instance="free"}': 0,
          },
        },
      ],
    },
    {
      name: "RedisEvicting",
      category: "infrastructure",
      severity: "warning",
      component: "redis",
      owner: "platform",
      family: "RedisMemory",
      service: redis,
      expr: "rate(redis_evicted_keys_total[5m]) > 0",
      for: "10m",
      summary: "{{ $labels.instance }} evicts {{ $value | humanize }} keys per second",
      description: "The cache throws keys out for lack of memory, for ten minutes.",
      impact: "Hit rate falls, the database does the work.",
      panel: { dashboard: "infrastructure", panel: "Cache evictions" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Memory and hit rate.", promql: "redis_memory_used_bytes / (redis_memory_max_bytes > 0)" },
          {
            text: "Which policy? `noeviction` would refuse writes instead.",
            command:
              "aws elasticache describe-cache-parameters --cache-parameter-group-name <group> --query \"Parameters[?ParameterName=='maxmemory-policy']\"",
          },
        ],
        mitigation: [
          "See RedisMemoryHigh.",
          "Session or lock keys must never be evicted: give them a cache of their own.",
        ],
      },
      cases: [
        {
          name: "while keys are evicted",
          series: { 'redis_evicted_keys_total{instance="cache"}': { perMinute: 2 } },
          since: 1,
          fires: [{ instance: "cache" }],
        },
        {
          name: "when none is evicted any more",
          series: { 'redis_evicted_keys_total{instance="cache"}': "0+1x9 9x60" },
          at: 18,
        },
      ],
    },
    {
      name: "RedisRejectedConnections",
      category: "infrastructure",
      severity: "critical",
      component: "redis",
      owner: "platform",
      service: redis,
      expr: "increase(redis_rejected_connections_total[5m]) > 0",
      summary: "{{ $labels.instance }} refuses connections",
      description: "The limit of clients was reached and connections were refused in the last five minutes.",
      impact: "Services without a connection fail or fall back to the database.",
      panel: { dashboard: "infrastructure", panel: "Cache connections" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          { text: "Clients against the limit.", promql: "redis_connected_clients / redis_max_clients" },
          {
            text: "Which address opens most?",
            command: "platform-cache client list | awk '{print $2}' | cut -d: -f1 | sort | uniq -c | sort -rn | head",
          },
        ],
        mitigation: [
          "A client that opens a connection per request: restart and roll back the service.",
          "Idle connections: set `timeout` in the parameter group.",
          "Real need: more nodes, readers on replicas.",
        ],
      },
      cases: [
        {
          name: "after a refused connection",
          series: { 'redis_rejected_connections_total{instance="cache"}': "0x4 1x60" },
          since: 5,
          goneAt: 14,
          fires: [{ instance: "cache" }],
        },
        { name: "without refused connections", series: { 'redis_rejected_connections_total{instance="cache"}': 3 } },
      ],
    },
    {
      name: "RedisReplicationBroken",
      category: "infrastructure",
      severity: "warning",
      component: "redis",
      owner: "platform",
      service: redis,
      expr: `(redis_connected_slaves < ${Math.min(1, cacheNodes - 1)}) and on (instance) (redis_instance_info{role="master"} == 1)`,
      for: "5m",
      summary: "primary {{ $labels.instance }} has no replica",
      description: "A primary to which no replica is connected, where the cache has more than one node.",
      impact: "The loss of the node loses the cache.",
      panel: { dashboard: "infrastructure", panel: "Cache replication" },
      source: "reference 3.3",
      runbook: {
        diagnosis: [
          {
            text: "State of the group's nodes.",
            command:
              "aws elasticache describe-replication-groups --query 'ReplicationGroups[].NodeGroups[].NodeGroupMembers[]'",
          },
          { text: "Roles as the exporter sees them.", promql: "redis_instance_info" },
        ],
        mitigation: [
          "AWS replaces a lost node by itself: wait fifteen minutes.",
          "Replica kept falling out for too small buffers: raise `client-output-buffer-limit` in the parameter group.",
        ],
      },
      cases: [
        {
          name: "for a primary without replica",
          series: {
            'redis_connected_slaves{instance="cache"}': 0,
            'redis_instance_info{instance="cache",role="master"}': 1,
          },
          fires: [{ instance: "cache" }],
        },
        {
          name: "for a primary with a replica, and for the replica itself",
          series: {
            'redis_connected_slaves{instance="cache"}': 1,
            'redis_instance_info{instance="cache",role="master"}': 1,
            'redis_connected_slaves{instance="replica"}': 0,
            'redis_instance_info{instance="replica",role="slave"}': 1,
          },
        },
      ],
    },
  ];
}
