#!/usr/bin/env bash
# The two commands of the official image's entrypoint that compose.yaml uses.
set -euo pipefail
conf=$FLINK_HOME/conf
class_path=$(printf '%s:' "$FLINK_HOME"/lib/*.jar)
utils() {
  java -cp "$class_path" org.apache.flink.runtime.util.bash.BashJavaUtils "$@" |
    sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p'
}
command=$1
shift
case $command in
  standalone-job)
    main=org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint
    parameters=$(utils GET_JM_RESOURCE_PARAMS --configDir "$conf" "$@")
    ;;
  taskmanager)
    main=org.apache.flink.runtime.taskexecutor.TaskManagerRunner
    parameters=$(utils GET_TM_RESOURCE_PARAMS --configDir "$conf" "$@")
    ;;
  *)
    echo "standalone-job or taskmanager" >&2
    exit 64
    ;;
esac
jvm=$(sed -n 1p <<<"$parameters")
dynamic=$(sed -n 2p <<<"$parameters")
opens=$(sed -n 's/^env.java.opts.all: *//p' "$conf/config.yaml")
# Unquoted: each holds several arguments.
# shellcheck disable=SC2086
exec java $jvm $opens -Dlog.file="$FLINK_HOME/log/$command.log" \
  -Dlog4j.configurationFile="$conf/log4j-console.properties" -cp "$class_path" "$main" \
  --configDir "$conf" $dynamic "$@"
