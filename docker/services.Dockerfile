# The stand-ins of compose.yaml: an S3 server, a site with pictures and the trainer's emulator.
#
#     docker build -f docker/services.Dockerfile -t satchel-services .
ARG JRE_IMAGE=eclipse-temurin:17-jre-noble
FROM ${JRE_IMAGE}
LABEL org.opencontainers.image.title="Satchel's stand-ins" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY testkit/target/lib/ /opt/satchel/lib/
COPY testkit/target/satchel-testkit.jar /opt/satchel/
RUN mkdir /data && chown 9999:9999 /data
USER 9999:9999
VOLUME /data
WORKDIR /data
ENTRYPOINT ["java", "-Xmx512m", "-Djava.awt.headless=true", "-Dlog.file=/tmp/satchel.log", "-cp", "/opt/satchel/satchel-testkit.jar:/opt/satchel/lib/*", "io.github.satchel.testkit.demo.TestKit"]
