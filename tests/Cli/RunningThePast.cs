using Shiplog.Contracts.Views;

namespace Shiplog.Cli.Tests;

public sealed class RunningThePast
{
    [Theory]
    [InlineData("app:latest", 0)]
    [InlineData("-it --rm app sh -c x", 2)]
    [InlineData("-d -p 80:80 --name web app", 5)]
    [InlineData("-dp80:80 --name=web app --rm", 2)]
    [InlineData("-itv /a:/b app -d", 2)]
    [InlineData("-e A=b --read-only --network none -- app", 6)]
    [InlineData("--rm", null)]
    [InlineData("-e app", null)]
    [InlineData("", null)]
    public void The_image_is_found_among_docker_runs_arguments(string line, int? place) => RunPast.ImageIn(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ShouldBe(place);

    [Theory]
    [InlineData("shiplog run --at T -l a=b -h web app", "shiplog run --at T -- -l a=b -h web app")]
    [InlineData("-H unix:///x shiplog run --at=T app", "-H unix:///x shiplog run --at=T -- app")]
    [InlineData("shiplog run --at T -- app", "shiplog run --at T -- app")]
    [InlineData("shiplog run --help", "shiplog run --help")]
    [InlineData("shiplog run --at", "shiplog run --at")]
    [InlineData("shiplog show run", "shiplog show run")]
    public void Docker_runs_options_are_kept_apart(string line, string delimited) => string.Join(' ', RunPast.Delimit(line.Split(' '))).ShouldBe(delimited);

    [Theory]
    [InlineData("127.0.0.1:5000/app:v1", "127.0.0.1:5000/app@sha256:d")]
    [InlineData("127.0.0.1:5000/app", "127.0.0.1:5000/app@sha256:d")]
    [InlineData("docker.io/library/app@sha256:e", "docker.io/library/app@sha256:e")]
    public void A_removed_image_is_pulled_by_its_digest(string reference, string by) =>
        RunPast.Fetched([new ArrivalView("pulled", reference, "r", "sha256:d", default, "", "", 1), new ArrivalView("loaded", "x", null, "sha256:f", default, "", "", 2)]).ShouldBe(by);
}
