using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;
using Shiplog.Domain.Hosts;

namespace Shiplog.Domain.Tests.Containers;

public sealed class JudgingLogs
{
    private const string Prefix = "failed to initialize logging driver: ";

    [Theory]
    [InlineData("json-file", "max-size=0", Prefix + "max-size must be a positive number")]
    [InlineData("json-file", "max-size=big", Prefix + "invalid size: 'big'")]
    [InlineData("json-file", "max-size=1m max-file=0", Prefix + "max-file cannot be less than 1")]
    [InlineData("json-file", "max-size=1m max-file=two", Prefix + "strconv.Atoi: parsing \"two\": invalid syntax")]
    [InlineData("json-file", "max-size=1m max-file=2 compress=perhaps", Prefix + "strconv.ParseBool: parsing \"perhaps\": invalid syntax")]
    [InlineData("json-file", "compress=true", Prefix + "compress cannot be true when max-file is less than 2 or max-size is not set")]
    [InlineData("json-file", "max-size=1m compress=true", Prefix + "compress cannot be true when max-file is less than 2 or max-size is not set")]
    [InlineData("json-file", "labels-regex=(", Prefix + "labels-regex: ( is no regular expression")]
    [InlineData("json-file", "tag={{.Nope}}", Prefix + "tag: can't evaluate field Nope (ID, FullID, Name, ImageID, ImageFullID, ImageName, Command, Hostname and DaemonName are known)")]
    [InlineData("json-file", "mode=slow", "logger: logging mode not supported: slow")]
    [InlineData("json-file", "max-buffer-size=1m", "logger: max-buffer-size option is only supported with 'mode=non-blocking'")]
    [InlineData("json-file", "colour=red", "unknown log opt 'colour' for json-file log driver")]
    [InlineData("local", "env=HOME", "unknown log opt 'env' for log driver local")]
    [InlineData("journald", "max-size=1m", "unknown log opt 'max-size' for journald log driver")]
    [InlineData("local", "max-file=1", Prefix + "compression cannot be enabled when max file count is 1")]
    [InlineData("fluent", "", "error looking up logging plugin fluent: plugin \"fluent\" not found")]
    public void What_makes_no_sense_is_refused_in_Dockers_words(string driver, string options, string fault) =>
        Fit(driver, options).Fault.ShouldBe(new Refusal(RefusalKind.Invalid, fault));

    [Theory]
    [InlineData("syslog", "", "HostConfig.LogConfig.Type syslog: a log driver other than json-file, local, journald and none is not built yet")]
    [InlineData("journald", "labels=a", "HostConfig.LogConfig.Config.labels (a): fields of the journal besides those of the container is not built yet")]
    [InlineData("json-file", "mode=non-blocking max-buffer-size=1m", "HostConfig.LogConfig.Config.mode (non-blocking) is not built yet")]
    [InlineData("json-file", "tag={{.Name|upper}}", "HostConfig.LogConfig.Config.tag ({{.Name|upper}}): a template of more than fields is not built yet")]
    public void What_is_not_built_is_refused_by_name(string driver, string options, string message) =>
        Fit(driver, options).Fault.ShouldBe(new Refusal(RefusalKind.NotImplemented, message));

    [Theory]
    [InlineData("json-file", "", null)]
    [InlineData("json-file", "max-size=10m max-file=3 labels=a,b env=HOME mode=blocking", "10000000 3 False")]
    [InlineData("json-file", "max-size=1.5m max-file=2 compress=1", "1500000 2 True")]
    [InlineData("local", "", "20971520 5 True")]
    [InlineData("local", "max-size=1k max-file=2 compress=f", "1000 2 False")]
    [InlineData("journald", "tag={{.Name}}", "20971520 5 True")]
    [InlineData("none", "max-size=1k", null)]
    public void What_makes_sense_says_how_a_log_is_divided(string driver, string options, string? rotation)
    {
        var fitted = Fit(driver, options);
        fitted.Fault.ShouldBeNull();
        (LogRules.Rotation(fitted.Host) is { } r ? $"{r.MaxSize} {r.MaxFiles} {r.Compress}" : null).ShouldBe(rotation);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("{{.ImageName}}/{{ .Name }}/{{.ID}}", "busybox:1/web/0123456789ab")]
    [InlineData("{{.FullID}} {{.ImageID}} {{.DaemonName}}", "0123456789abcdef fedcba987654 docker")]
    public void A_tag_names_fields_of_the_container(string template, string tag) => LogTag.Render(template, new Container
    {
        Id = "0123456789abcdef",
        Name = "web",
        ImageReference = "busybox:1",
        ImageId = "sha256:fedcba9876543210",
    }).ShouldBe(tag);

    [Fact]
    public void The_journal_is_refused_where_there_is_none() =>
        Fit("journald", "", journal: false).Fault.ShouldBe(new Refusal(RefusalKind.Invalid, Prefix + "journald is not enabled on this host"));

    private static FittedOptions Fit(string driver, string options, bool journal = true) => HostRules.Fit(
        Given.Host with
        {
            LogDriver = driver,
            LogOptions = options is "" ? null : options.Split(' ').Select(o => o.Split('=', 2)).ToDictionary(o => o[0], o => o[1]),
        },
        "", new HostFeatures { Forwarding = true, Journal = journal });
}
