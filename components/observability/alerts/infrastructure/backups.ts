import type { AlertContext, AlertDefinition } from "../types.ts";

/** Samples of a series for which the exporter has no number; promtool knows no short form for that. */
const noNumber = Array.from({ length: 400 }, () => "NaN").join(" ");

/**
 * Alerts about backups. The platform's backups are AWS Backup plans, seen through CloudWatch; where Velero or backup
 * CronJobs run as well, their own metrics join in. The reference's expressions alone would watch what is not installed.
 */
export function backupAlerts({ settings, exporters }: AlertContext): AlertDefinition[] {
  const { backupHours, databaseBackupHours } = settings.thresholds.platform;
  const has = (exporter: string) => exporters.some((name) => name === exporter);
  // The greatest, not the sum: the exporter says NaN for every kind of resource without a job just now, and so would the sum.
  const completed = (selector: string, hours: number) =>
    `absent_over_time((max(aws_backup_number_of_backup_jobs_completed_sum${selector}) > 0)[${hours}h:5m])`;
  const backup = { fixed: "backup" } as const;
  const diagnosis = [
    {
      text: "Jobs of the last two days.",
      command:
        "aws backup list-backup-jobs --by-created-after <date> --query 'BackupJobs[].[ResourceType,State,StatusMessage]' --output table",
    },
    {
      text: "Completed and failed jobs, as exported.",
      promql: "aws_backup_number_of_backup_jobs_completed_sum or aws_backup_number_of_backup_jobs_failed_sum",
    },
    { text: "Does the exporter itself still report?", promql: 'up{job=~".*cloudwatch.*"}' },
  ];
  return [
    {
      name: "BackupStale",
      caseStep: 5,
      category: "infrastructure",
      severity: "critical",
      component: "backup",
      owner: "platform",
      family: "Backup",
      service: backup,
      slow: true,
      expr: [
        ...(has("velero")
          ? [
              `time() - max by (schedule) (velero_backup_last_successful_timestamp{schedule!=""}) > ${backupHours} * 3600`,
            ]
          : []),
        completed("", backupHours),
      ].join(" or "),
      for: "30m",
      summary: `no backup has completed for more than ${backupHours} hours`,
      description: "The daily backup of configuration and volumes (02:00) is missing: no completed job in the window.",
      impact: "A deletion or ransomware now would cost more than a day.",
      panel: { dashboard: "infrastructure", panel: "Backups" },
      source: "S3, S2 (daily at 02:00); reference 3.3 with AWS Backup in place of Velero",
      runbook: {
        diagnosis,
        mitigation: [
          "Permission of the backup role or key policy lost: `pulumi up`.",
          "Start one now: `aws backup start-backup-job --backup-vault-name <vault> --resource-arn <arn> --iam-role-arn <role>`.",
          "Vault locked against the retention asked: correct the plan's retention to the lock's bounds.",
        ],
      },
      cases: [
        {
          name: "26 hours after the last completed job",
          series: { 'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="EBS"}': "2x0 0x400" },
          since: 26 * 60 + 5,
          slack: 5,
          fires: [{}],
        },
        {
          name: "when a schedule of Velero is late, although other jobs completed",
          series: {
            'velero_backup_last_successful_timestamp{schedule="daily",pod="a"}': -20 * 3600,
            'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="EBS"}': 1,
          },
          since: 6 * 60 + 5,
          fires: [{ schedule: "daily" }],
        },
        {
          name: "while jobs complete, and for backups of Velero by hand",
          series: {
            'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="EBS"}': "0x5 1x1 0x200",
            'velero_backup_last_successful_timestamp{schedule="",pod="a"}': -40 * 3600,
            'velero_backup_last_successful_timestamp{schedule="daily",pod="a"}': -10 * 3600,
          },
          at: 500,
        },
        {
          name: "when jobs of one kind complete and the exporter has no number for another",
          series: {
            'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="RDS"}': 1,
            'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="EBS"}': noNumber,
          },
          at: 360,
        },
        {
          name: "14 hours after the last completed job",
          series: { 'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="EBS"}': "1x0 0x300" },
          at: 840,
        },
      ],
    },
    {
      name: "DatabaseBackupStale",
      caseStep: 5,
      category: "infrastructure",
      severity: "critical",
      component: "backup",
      owner: "platform",
      family: "Backup",
      service: backup,
      slow: true,
      expr: [
        `time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time{namespace="backup"}) > ${databaseBackupHours} * 3600`,
        ...(has("cloudwatch-exporter") ? [completed('{dimension_ResourceType="RDS"}', databaseBackupHours)] : []),
      ].join(" or "),
      anyExporterOf: ["kube-state-metrics", "cloudwatch-exporter"],
      for: "15m",
      summary: `no database backup has completed for more than ${databaseBackupHours} hours`,
      description:
        "The six-hourly backup of PostgreSQL is missing: no completed job for RDS, or a dump CronJob that is late.",
      impact: "The recovery point of deletion and ransomware (six hours) is not held.",
      panel: { dashboard: "infrastructure", panel: "Backups" },
      source: "S3, S2 (every 6 h); reference 3.3 with AWS Backup beside the CronJob",
      runbook: {
        diagnosis: [
          ...diagnosis,
          {
            text: "Point-in-time recovery still runs?",
            command:
              "aws rds describe-db-instances --query 'DBInstances[].[DBInstanceIdentifier,LatestRestorableTime]'",
          },
        ],
        mitigation: [
          "An instance in `storage-optimization` or `modifying` refuses snapshots: wait for it.",
          "Take one now: `aws rds create-db-snapshot`.",
          "Point-in-time recovery covers the gap as long as LatestRestorableTime moves.",
        ],
      },
      cases: [
        {
          name: "seven hours after the last completed job for RDS",
          series: {
            'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="RDS"}': "1x0 0x200",
            'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="EBS"}': 1,
          },
          since: 7 * 60 + 5,
          slack: 5,
          fires: [{}],
        },
        {
          name: "when a dump CronJob is late",
          series: {
            'kube_cronjob_status_last_successful_time{namespace="backup",cronjob="dump"}': -6 * 3600,
            'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="RDS"}': 1,
          },
          since: 65,
          fires: [{ namespace: "backup", cronjob: "dump" }],
        },
        {
          name: "while jobs complete, and for CronJobs of other namespaces",
          series: {
            'aws_backup_number_of_backup_jobs_completed_sum{dimension_ResourceType="RDS"}': "1x0 0x200",
            'kube_cronjob_status_last_successful_time{namespace="backup",cronjob="dump"}': 0,
            'kube_cronjob_status_last_successful_time{namespace="trading",cronjob="report"}': -9 * 3600,
          },
          at: 240,
        },
      ],
    },
    {
      name: "BackupJobFailed",
      category: "infrastructure",
      severity: "warning",
      component: "backup",
      owner: "platform",
      family: "Backup",
      service: backup,
      anyExporterOf: ["kube-state-metrics", "cloudwatch-exporter"],
      expr: 'kube_job_status_failed{namespace=~"backup|vault|consul"} > 0 or aws_backup_number_of_backup_jobs_failed_sum > 0',
      for: "1m",
      summary: "a backup job failed",
      description:
        "A job of the namespaces backup, vault and consul (snapshots) failed, or AWS Backup reports a failed job.",
      impact: "None as long as the next one succeeds.",
      panel: { dashboard: "infrastructure", panel: "Backups" },
      source: "reference 3.3; AWS Backup and the snapshots of Vault and Consul added",
      runbook: {
        diagnosis: [
          ...diagnosis,
          {
            text: "Log of the job in the cluster, in the namespace of the alert.",
            command: "kubectl -n vault logs job/<job> --tail=50",
          },
        ],
        mitigation: [
          "Permission or key policy: `pulumi up`, then start the job again.",
          "Delete the failed Job object after the cause is known; it would keep the alert.",
        ],
      },
      cases: [
        {
          name: "for a failed dump",
          series: { 'kube_job_status_failed{namespace="backup",job_name="dump-1"}': 1 },
          fires: [{ namespace: "backup", job_name: "dump-1" }],
        },
        {
          name: "for a failed snapshot of Vault",
          series: { 'kube_job_status_failed{namespace="vault",job_name="snapshot-1"}': 1 },
          fires: [{ namespace: "vault", job_name: "snapshot-1" }],
        },
        {
          name: "for a failed snapshot of Consul",
          series: { 'kube_job_status_failed{namespace="consul",job_name="consul-snapshot-1"}': 1 },
          fires: [{ namespace: "consul", job_name: "consul-snapshot-1" }],
        },
        {
          name: "for a failed job of AWS Backup",
          series: { 'aws_backup_number_of_backup_jobs_failed_sum{dimension_ResourceType="RDS"}': 1 },
          fires: [{ dimension_ResourceType: "RDS" }],
        },
        {
          name: "for jobs that succeed, and for jobs of other namespaces",
          series: {
            'kube_job_status_failed{namespace="backup",job_name="dump-1"}': 0,
            'aws_backup_number_of_backup_jobs_failed_sum{dimension_ResourceType="RDS"}': 0,
            'kube_job_status_failed{namespace="trading",job_name="report-1"}': 2,
          },
        },
      ],
    },
  ];
}
