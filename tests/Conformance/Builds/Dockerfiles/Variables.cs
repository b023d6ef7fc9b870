using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds.Dockerfiles;

/// <summary>ENV and ARG, and where they are replaced.</summary>
internal static class Variables
{
    public static readonly BuildCase[] All =
    [
        new("ENV of one variable takes the rest of the line", """
            FROM busybox
            ENV one   two three
            ENV quoted "a b"
            ENV dollar \$one
            """)
        { Config = ["Env [\"one=two three\",\"quoted=a b\",\"dollar=$one\"]"], Layers = 1 },

        new("ENV of several variables, quoted", """
            FROM busybox
            ENV a=b c="d e" f='g h' i=j\ k l="m \"n\"" o= p="q=r" s='$a' t="$a" u='"' v=w"x"'y'
            """)
        {
            Config = ["Env [\"a=b\",\"c=d e\",\"f=g h\",\"i=j k\",\"l=m \\\"n\\\"\",\"o=\",\"p=q=r\",\"s=$a\",\"t=\",\"u=\\\"\",\"v=wxy\"]"],
            Layers = 1,
        },

        new("ENV refers to what was before its line", """
            FROM busybox
            ENV abc=hello
            ENV abc=bye def=$abc
            ENV ghi=$abc
            """)
        { Config = ["Env [\"abc=bye\",\"def=hello\",\"ghi=bye\"]"], Layers = 1 },

        new("ENV over lines", """
            FROM busybox
            ENV a=1 \
                b="2 \
            3" \
            # a comment between
                c=4
            """)
        { Config = ["Env [\"a=1\",\"b=2 3\",\"c=4\"]"], Layers = 1 },

        new("ENV with what a variable is replaced by", """
            FROM busybox
            ENV set=yes empty=
            ENV a=${set:-no} b=${unset:-no} c=${empty:-no} d=${set:+also} e=${unset:+also} f=${empty:+also}
            ENV g=${unset:-$set} h=${set}x$set/y i=$unset j=${unset:-"q q"} k=\${set} l=${unset:-} m=x${set:+-$set}
            """)
        {
            Config =
            [
                """
                Env ["set=yes","empty=","a=yes","b=no","c=no","d=also","e=","f=","g=yes","h=yesxyes/y","i=","j=q q","k=${set}","l=","m=x-yes"]
                """,
            ],
            Layers = 1,
        },

        new("ENV is replaced in all instructions that name things", """
            FROM busybox
            ENV dir=/data user=nobody port=81 key=k signal=SIGINT file=f
            WORKDIR $dir/w
            COPY $file $dir/$file
            EXPOSE $port
            USER $user
            VOLUME $dir/v
            LABEL $key=$file "${key}2"="<$file>"
            STOPSIGNAL $signal
            ONBUILD ENV $key=$file
            CMD ["echo", "$dir"]
            ENTRYPOINT echo $dir
            """)
        {
            Context = [File("f", "F")],
            Config =
            [
                "WorkingDir \"/data/w\"", "ExposedPorts {\"81/tcp\":{}}", "User \"nobody\"", "Volumes {\"/data/v\":{}}", "Labels {\"k\":\"f\",\"k2\":\"<f>\"}",
                "StopSignal \"SIGINT\"", "OnBuild [\"ENV $key=$file\"]", "Cmd [\"echo\",\"$dir\"]", "Entrypoint [\"/bin/sh\",\"-c\",\"echo $dir\"]",
            ],
            Files = ["/data/ 755", "/data/f 644: F", "/data/w/ 755"],
            Layers = 3,
        },

        new("ENV of the base is changed in its place", """
            FROM busybox
            ENV a=1 b=2
            ENV PATH=/opt/bin:$PATH a=3
            """)
        { Config = ["Env [\"PATH=/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\",\"a=3\",\"b=2\"]"], Layers = 1 },

        new("ENV and ARG are there when a command runs", """
            FROM busybox
            ENV a=1
            ARG b=2
            ARG c
            RUN echo "$a $b ${c-unset} $HOME $PATH" > /seen
            """)
        {
            Config = ["Env [\"a=1\"]", "Cmd [\"sh\"]"],
            Files = ["/seen 644: 1 2 unset /root /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin|"],
            Layers = 2,
        },

        new("ARG is not in the image, and given by the request", """
            FROM busybox
            ARG version=1
            ARG other=2
            ARG none
            LABEL version=$version other=${other} none=$none
            """)
        { Query = "buildargs=%7B%22version%22:%229%22,%22none%22:null%7D", Config = ["Env null", "Labels {\"version\":\"9\",\"other\":\"2\",\"none\":\"\"}"], Layers = 1 },

        new("ARG is known from its line on", """
            FROM busybox
            LABEL before=$a
            ARG a=1
            LABEL after=$a
            ARG a=2
            LABEL again=$a
            """)
        { Config = ["Labels {\"before\":\"\",\"after\":\"1\",\"again\":\"2\"}"], Layers = 1 },

        new("ENV goes before ARG", """
            FROM busybox
            ENV a=env
            ARG a=arg
            LABEL one=$a
            ARG b=arg
            ENV b=env
            LABEL two=$b
            RUN echo $a $b > /seen
            """)
        {
            Query = "buildargs=%7B%22a%22:%22given%22,%22b%22:%22given%22%7D",
            Config = ["Env [\"a=env\",\"b=env\"]", "Labels {\"one\":\"env\",\"two\":\"env\"}"],
            Files = ["/seen 644: env env|"],
            Layers = 2,
        },

        new("ARG with defaults made of others", """
            FROM busybox
            ARG major=1
            ARG minor=${major}.2
            ARG full="v${minor}"
            ENV version=$full
            """)
        { Config = ["Env [\"version=v1.2\"]"], Layers = 1 },

        new("ARG of several names in a line", """
            FROM busybox
            ARG a=1 b c="3 4"
            LABEL is="$a-$b-$c"
            """)
        { Config = ["Labels {\"is\":\"1--3 4\"}"], Layers = 1 },

        new("ARG before FROM is for FROM, and known in a stage that asks for it", """
            ARG image=busybox
            ARG tag=latest
            FROM $image:${tag}
            LABEL unknown=$tag
            ARG tag
            ARG image=mine
            LABEL known=$tag image=$image
            """)
        { Config = ["Labels {\"unknown\":\"\",\"known\":\"latest\",\"image\":\"mine\"}"], Layers = 1 },

        new("ARG belongs to its stage", """
            FROM busybox AS first
            ARG a=1
            ENV seen=$a
            FROM first
            LABEL a="<$a>" seen=$seen
            """)
        { Config = ["Labels {\"a\":\"<>\",\"seen\":\"1\"}", "Env [\"seen=1\"]"], Layers = 1 },

        new("ARG that every build has", """
            FROM busybox
            RUN echo $HTTP_PROXY $no_proxy > /seen
            """)
        {
            Query = "buildargs=%7B%22HTTP_PROXY%22:%22http://p:1%22,%22no_proxy%22:%22x%22%7D",
            Config = ["Env null"],
            Files = ["/seen 644: http://p:1 x|"],
            Layers = 2,
        },

        new("LABEL in its forms", """
            FROM busybox
            LABEL a=b "c d"="e f" g='h i' \
                  j=k
            LABEL old way of it
            LABEL a=again empty= dots.and-dashes/x=1
            LABEL multi="line \
            goes on"
            """)
        {
            Config =
            [
                """
                Labels {"a":"again","c d":"e f","g":"h i","j":"k","old":"way of it","empty":"","dots.and-dashes/x":"1","multi":"line goes on"}
                """,
            ],
            Layers = 1,
        },
    ];
}
