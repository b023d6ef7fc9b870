using Shiplog.Shared;

namespace Shiplog.Server.Tests.Hosting;

public sealed class GivingMemoryBack
{
    private readonly Idleness _idleness = new();

    [Fact]
    public void Work_that_has_ended_is_told_once()
    {
        _idleness.Ends(Idleness.Work * 2).ShouldBeFalse("it may still be going on");
        _idleness.Ends(Idleness.Work * 2 + 1).ShouldBeTrue();
        _idleness.Ends(Idleness.Work * 2 + 2).ShouldBeFalse("nothing has been done since");
    }

    [Fact]
    public void Work_that_goes_on_is_left_alone()
    {
        for (var look = 1; look < 100; look++)
            _idleness.Ends(look * Idleness.Noise).ShouldBeFalse();
    }

    [Fact]
    public void Timers_alone_are_no_work_until_they_have_taken_as_much()
    {
        var told = 0;
        const int Looks = 64;
        for (var look = 1; look <= Looks; look++)
            told += _idleness.Ends(look * (Idleness.Noise / 2)) ? 1 : 0;
        told.ShouldBe((int)(Looks * (Idleness.Noise / 2) / Idleness.Work));
    }
}
