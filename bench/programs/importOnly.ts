// The yardstick: a program that imports the SDKs which the platform uses, and does nothing.
import "@pulumi/pulumi";
import "@pulumi/aws";
import "@pulumi/kubernetes";
import "@pulumi/random";
import "@pulumiverse/grafana";
