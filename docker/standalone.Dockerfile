# `satchel run`, the job in one process, for k8s-operator/overlays/small. From the repository's root, after
# ./mvnw -DskipTests package:
#
#     docker build -f docker/standalone.Dockerfile -t satchel-standalone .
#
# With a read-only root file system it writes to /data and /tmp.
ARG JRE_IMAGE=eclipse-temurin:17-jre-noble@sha256:f7537fa73fa7c5bc4e51ea11a611c1d0d8bbf4e9f22de93b666072de98e752e2
FROM ${JRE_IMAGE} AS natives
COPY standalone/target/lib/ /lib-all/
# OpenCV of this machine's architecture only: the other one's is 60 MB.
RUN case "$(uname -m)" in \
      x86_64) rm -f /lib-all/*-linux-arm64.jar ;; \
      aarch64) rm -f /lib-all/*-linux-x86_64.jar ;; \
      *) echo "no OpenCV for $(uname -m)" >&2; exit 1 ;; \
    esac

FROM ${JRE_IMAGE}
LABEL org.opencontainers.image.title="Satchel in one process" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=natives /lib-all/ /opt/satchel/lib/
COPY standalone/target/plugins/ /opt/satchel/plugins/
COPY standalone/target/satchel-standalone.jar docker/standalone-healthcheck /opt/satchel/
# OpenCV would write a line to standard error for every broken picture.
ENV OPENCV_LOG_LEVEL=OFF
# As in the script satchel, which says why.
ENV MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=67108864 MALLOC_ARENA_MAX=2
# Serves a class of thirty within 768 MB; docs/costs.md says how that was measured.
ENV JAVA_TOOL_OPTIONS="-Xmx256m -XX:MaxMetaspaceSize=192m -XX:ReservedCodeCacheSize=48m -Xss512k -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
# Hadoop's client of S3 needs the user's name.
RUN groupadd --gid 9999 satchel && useradd --uid 9999 --gid satchel --home-dir /data --create-home satchel
USER 9999:9999
VOLUME /data
WORKDIR /data
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["/opt/satchel/standalone-healthcheck"]
ENTRYPOINT ["java", \
  "--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-opens=java.base/java.util=ALL-UNNAMED", \
  "--add-opens=java.base/java.time=ALL-UNNAMED", "--add-opens=java.base/java.net=ALL-UNNAMED", \
  "-Djava.awt.headless=true", "-Dlog.file=/data/satchel.log", "-Dsatchel.plugins=/opt/satchel/plugins", \
  "-cp", "/opt/satchel/satchel-standalone.jar:/opt/satchel/lib/*", "io.github.satchel.standalone.Standalone"]
