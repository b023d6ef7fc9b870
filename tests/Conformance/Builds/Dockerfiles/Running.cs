using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds.Dockerfiles;

/// <summary>RUN, and larger Dockerfiles as people have them.</summary>
internal static class Running
{
    public static readonly BuildCase[] All =
    [
        new("RUN of a list is no command line", """
            FROM busybox
            RUN ["sh", "-c", "printf %s \"$0|$HOME\" > /file"]
            RUN ["touch", "/$HOME"]
            """)
        { Files = ["/$HOME 644: ", "/file 644: sh|/root"], Layers = 3 },

        new("RUN that changes nothing makes no layer", """
            FROM busybox
            RUN true
            RUN touch /tmp/x && rm /tmp/x
            """)
        { Config = ["Cmd [\"sh\"]"], Layers = 2 },

        new("RUN takes files away", """
            FROM busybox
            RUN mkdir /d && echo 1 > /d/one && echo 2 > /d/two
            RUN rm /d/one /etc/group && rm -r /var/www
            """)
        { Files = ["- /etc/group", "- /var/www", "/d/ 755", "/d/two 644: 2|"], Layers = 3 },

        new("RUN replaces a folder, and a file by a folder", """
            FROM busybox
            RUN mkdir -p /d/old && echo 1 > /d/old/f && echo 2 > /file
            RUN rm -r /d && mkdir -m 700 /d && echo 3 > /d/new && rm /file && mkdir /file && ln -s /d/new /file/link
            """)
        { Files = ["/d/ 700", "/d/new 644: 3|", "/file/ 755", "/file/link -> /d/new"], Layers = 3 },

        new("RUN changes owners and permissions", """
            FROM busybox
            COPY d /d
            RUN chown -R 5:6 /d && chmod 4710 /d/f && mkfifo /d/pipe && ln /d/f /d/hard && chmod 2775 /home
            """)
        { Context = [File("d/f", "F")], Files = ["/d/ 755 5:6", "/d/f 4710 5:6: F", "/d/hard = /d/f", "/d/pipe fifo 644", "/home/ 2775"], Layers = 3 },

        new("RUN as a user, in a folder", """
            FROM busybox
            WORKDIR /work
            RUN chown nobody /work
            USER nobody:www-data
            RUN pwd > where && id -u > who && id -g >> who
            USER 5
            RUN touch /tmp/five
            USER root
            RUN touch root
            """)
        {
            Config = ["User \"root\"", "WorkingDir \"/work\""],
            Files = ["/tmp/five 644 5:0: ", "/work/ 755 65534:0", "/work/root 644: ", "/work/where 644 65534:33: /work|", "/work/who 644 65534:33: 65534|33|"],
            Layers = 6,
        },

        new("RUN with quotes and signs of the shell", """
            FROM busybox
            ENV a="x  y"
            RUN echo "$a" '$a' \$a "\"" $((1 + 2)) `echo b` > /file; \
                for i in 1 2; do echo "# $i" >> /file; done
            """)
        { Files = ["/file 644: x  y $a $a \" 3 b|# 1|# 2|"], Layers = 2 },

        new("RUN leaves no file of the engine", """
            FROM busybox
            RUN test -s /etc/hosts && test -e /etc/resolv.conf && test -n "$(hostname)" && echo 10.0.0.1 lost >> /etc/hosts
            """)
        { Layers = 1 },

        new("A program made in one stage and served from another", """
            ARG base=busybox
            FROM ${base} AS build
            WORKDIR /src
            COPY Makefile .
            COPY src ./src
            ARG VERSION=dev
            RUN mkdir -p out && sed "s/@version@/$VERSION/" src/app.sh > out/app && chmod +x out/app

            FROM ${base}
            LABEL org.opencontainers.image.title="app" \
                  org.opencontainers.image.licenses="MIT"
            ENV APP_HOME=/opt/app
            ENV PATH=$APP_HOME/bin:$PATH
            WORKDIR $APP_HOME
            COPY --from=build --chown=nobody:nogroup /src/out/app bin/
            USER nobody
            EXPOSE 8080
            HEALTHCHECK --interval=30s CMD wget -q -O - http://localhost:8080/ || exit 1
            ENTRYPOINT ["app"]
            CMD ["--port", "8080"]
            """)
        {
            Context = [File("Makefile", "all:\n"), File("src/app.sh", "#!/bin/sh\necho @version@\n")],
            Query = "buildargs=%7B%22VERSION%22:%221.2%22%7D",
            Config =
            [
                "Env [\"PATH=/opt/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\",\"APP_HOME=/opt/app\"]", "WorkingDir \"/opt/app\"", "User \"nobody\"",
                "ExposedPorts {\"8080/tcp\":{}}", "Entrypoint [\"app\"]", "Cmd [\"--port\",\"8080\"]",
                "Healthcheck {\"Test\":[\"CMD-SHELL\",\"wget -q -O - http://localhost:8080/ || exit 1\"],\"Interval\":30000000000}",
                "Labels {\"org.opencontainers.image.title\":\"app\",\"org.opencontainers.image.licenses\":\"MIT\"}",
            ],
            Files = ["/opt/ 755", "/opt/app/ 755", "/opt/app/bin/ 755 65534:65534", "/opt/app/bin/app 755 65534:65534: #!/bin/sh|echo 1.2|"],
            Layers = 3,
        },

        new("A web server with its pages", """
            FROM busybox
            MAINTAINER Ann <ann@example.org>
            RUN echo web:x:80:81::/:/bin/sh >> /etc/passwd && echo web:x:81: >> /etc/group
            COPY --chown=web:web pages /srv/www
            ADD more.tar /srv/www/more
            VOLUME /srv/www
            WORKDIR /srv/www
            EXPOSE 80
            STOPSIGNAL SIGTERM
            CMD ["httpd", "-f"]
            """)
        {
            Context = [File("pages/index.html", "<p>"), File("pages/css/a.css", "p{}"), File("more.tar", Tar(File("m.html", "m")))],
            Config = ["Volumes {\"/srv/www\":{}}", "WorkingDir \"/srv/www\"", "ExposedPorts {\"80/tcp\":{}}", "StopSignal \"SIGTERM\"", "Cmd [\"httpd\",\"-f\"]"],
            Files =
            [
                "/etc/group 644: root:x:0:|www-data:x:33:|nogroup:x:65534:|web:x:81:|",
                "/etc/passwd 644: root:x:0:0:root:/root:/bin/sh|nobody:x:65534:65534:nobody:/home:/bin/false|web:x:80:81::/:/bin/sh|", "/srv/ 755",
                "/srv/www/ 755 80:81", "/srv/www/css/ 755 80:81", "/srv/www/css/a.css 644 80:81: p{}", "/srv/www/index.html 644 80:81: <p>", "/srv/www/more/ 755",
                "/srv/www/more/m.html 644: m",
            ],
            Layers = 4,
        },

        new("Ten steps that each add a file", """
            FROM busybox
            COPY f /1
            COPY f /2
            COPY f /3
            COPY f /4
            COPY f /5
            COPY f /6
            COPY f /7
            COPY f /8
            RUN cat /1 /2 /3 /4 /5 /6 /7 /8 > /9
            RUN rm /1 /3 /5 /7
            """)
        { Context = [File("f", "F")], Files = ["/2 644: F", "/4 644: F", "/6 644: F", "/8 644: F", "/9 644: FFFFFFFF"], Layers = 11 },
    ];
}
