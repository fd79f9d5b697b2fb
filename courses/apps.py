from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = "Formations"

    def ready(self) -> None:
        from courses import receivers  # noqa: F401 - connects them, once the models are loaded
        from courses.forms import CourseForm, QuizForm, StepForm
        from courses.models import CoursePage, QuizPage, StepPage

        CoursePage.base_form_class = CourseForm  # forms read across models, which a model may not
        StepPage.base_form_class = StepForm
        QuizPage.base_form_class = QuizForm
